// A line that the server speaks on: a room's state as events, begun again whenever it breaks. It is read by `fetch`, which
// says why it was refused, can carry a key, and hears the signs of life between events.

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;
const LIFE_MS = 16_000; // a living line says something every 15 s
const SILENCE_MS = 40_000;

/**
 * How long to wait before attempt number `attempt`: longer each time, and never the same for all of a hall.
 * @param {number} attempt @param {number} chance from 0 to 1
 */
export const pauseBefore = (attempt, chance) =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + chance / 2);

/** Waits before attempt number `attempt`. @param {number} attempt @returns {Promise<void>} */
export const rest = (attempt) => new Promise((resolve) => { setTimeout(resolve, pauseBefore(attempt, Math.random())); });

const CLOSED = "event: closed"; // the room is, and will not be back

/**
 * What reads events from text that comes in pieces: the states that are whole, and null where the room was closed.
 * @returns {(piece: string) => (HallState | null)[]}
 */
export function eventReader() {
  let begun = "";
  return (piece) => {
    const blocks = (begun + piece).split("\n\n");
    begun = blocks.pop();
    return blocks.map((block) => block.split("\n")).flatMap((lines) => {
      if (lines.includes(CLOSED)) return [null];
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      return data ? [JSON.parse(data)] : [];
    });
  };
}

/** How a line stands after an answer that was no events. @param {number} status @returns {LineState} */
export const refusalOf = (status) => {
  if ([403, 404, 410].includes(status)) return "closed";
  return status === 429 || status === 503 ? "full" : "lost";
};

// Read one answer to its end; `alive` is called at each piece.
async function readEvents(answer, alive, hear) {
  const read = eventReader();
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await pieces.read(); !next.done; next = await pieces.read()) {
    alive();
    for (const state of read(next.value)) {
      if (!state) return "closed";
      hear(state);
    }
  }
  return "lost";
}

/**
 * Follow the events at an address until the room is closed: `hear` gets every state, `tell` how the line stands.
 * @param {string} address @param {Record<string, string>} headers
 * @param {{ hear(state: HallState): void, tell(line: LineState): void }} ears @returns {{ end(): void }}
 */
export function followEvents(address, headers, { hear, tell }) {
  const ending = new AbortController();
  let attempt = 0;
  let cut = () => {}; // what ends the present answer
  let heard = 0;
  const once = async () => {
    const control = new AbortController();
    cut = () => control.abort();
    let silent = setTimeout(cut, SILENCE_MS);
    const alive = () => {
      heard = Date.now();
      clearTimeout(silent);
      silent = setTimeout(cut, SILENCE_MS);
    };
    try {
      const answer = await fetch(address, { headers, cache: "no-store", signal: control.signal });
      if (!answer.ok) return refusalOf(answer.status);
      return await readEvents(answer, alive, (state) => {
        attempt = 0;
        if (ending.signal.aborted) return;
        tell("there");
        hear(state);
      });
    } catch {
      return "lost";
    } finally {
      clearTimeout(silent);
      control.abort(); // what is left of it
    }
  };
  const go = async () => {
    while (!ending.signal.aborted) {
      const line = await once();
      if (ending.signal.aborted) return;
      tell(line);
      if (line === "closed") return;
      await rest(attempt);
      attempt += 1;
    }
  };
  // A phone that slept does not wait for a line that may be dead.
  const wake = () => { if (document.visibilityState === "visible" && Date.now() - heard > LIFE_MS) { attempt = 0; cut(); } };
  window.addEventListener("online", wake, { signal: ending.signal });
  document.addEventListener("visibilitychange", wake, { signal: ending.signal });
  go();
  return { end: () => { ending.abort(); cut(); } };
}
