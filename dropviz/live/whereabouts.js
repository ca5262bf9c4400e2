// What a phone in a hall is told: how its line stands, where it looks, and what has become of its answer.

const LINES = {
  connecting: "Connecting…",
  lost: "Line lost, trying again",
  full: "The hall is full, trying again",
  closed: "This room has ended. You can go on by yourself; if the screen shows a new code, scan it.",
};
const OUTCOMES = {
  in: "Your answer is in. You can change it until the reveal.",
  late: "Your answer came after the reveal: it does not count.",
  refused: "Your answer was not taken.",
};

const invitation = ({ drag }) => `${drag ? "Drag the point" : "Choose an answer"}: it counts until the reveal.`;

/** Where the hall is, and this phone with it. @param {Whereabouts} where */
function withTheHall({ question, answer, state, outcome, waits }) {
  if (waits) return "Sending your answer…";
  if (!question || state.revealed) return outcome === "late" ? OUTCOMES.late : "You follow the lecturer.";
  if (outcome) return answer.revealed ? "Your answer is in." : OUTCOMES[outcome];
  return answer.revealed ? "You have seen the answer: it waits for the hall." : invitation(question);
}

/**
 * What to say, and whether there is a way back to the hall.
 * @param {Whereabouts} where @returns {{ said: string, away: boolean }}
 */
export function whereabouts(where) {
  const { line, away, state, at, waits, places } = where;
  if (line !== "there") {
    const kept = line === "lost" && waits ? ". Your answer is sent when it is back." : "";
    return { said: LINES[line] + kept, away: false };
  }
  if (!away) return { said: withTheHall(where), away: false };
  const named = (index) => (index === places ? "the result" : `scene ${index + 1}`);
  return { said: `You look at ${named(at)}, the hall at ${named(state.scene - 1)}.`, away: true };
}
