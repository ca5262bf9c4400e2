// A scene of the story in words: question, answers, verdict, and the result at the end.

import { isRight, resultOf } from "./answers.js";
import { button, element } from "./dom.js";
import { percent, rounded } from "./scales.js";
import { hallShare, rightShare, stripNode, tallyOf } from "./tally.js";
import { telling } from "./words.js";

const rightOption = ({ options }) => options.find((option) => option.right);

// The answer alone: the words of the right option, or the value.
const shortAnswer = (question) => (question.drag ? question.shown : rightOption(question).text);

/** What the answer is, in a line. @param {Question} question */
export const answerLine = (question) => question.line || rightOption(question).text;

// Behind a full stop; a letter that is a symbol stays small.
const afterStop = (question) => (question.line ? question.line.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase()) : answerLine(question));

// What is thought of the answer: a class and an opening.
function verdictOf(question, answer) {
  const right = isRight(question, answer);
  const said = question.drag && answer.guess !== null ? `You said ${rounded(answer.guess)}. ` : "";
  if (right === null) return ["", "The answer: "];
  return right ? ["story-right", `✓ Right. ${said}`] : ["story-wrong", `✗ Not so. ${said}`];
}

// A text of the scene in an element of its own, with its words explained.
function toldNode(tag, attributes, text, { terms }) {
  const node = element(tag, attributes);
  telling(node, terms)(text);
  return node;
}

// A line may end before every equality: a phone has no room for two.
const brokenAtEquals = (line) => line.replaceAll("\u00A0=", " =");

function verdictLines(scene, answer) {
  const { question, reveal } = scene;
  const lines = [];
  if (answer.revealed && question) {
    const [className, opening] = verdictOf(question, answer);
    const verdict = element("b", { class: className }, [opening]);
    lines.push(element("p", { class: "story-line" }, [verdict, brokenAtEquals(className ? afterStop(question) : answerLine(question))]));
  }
  if ((answer.revealed || !question) && reveal) lines.push(toldNode("p", { class: "story-after" }, reveal, scene));
  return lines;
}

// Where the hall's predictions lie.
const hallLines = (tally) =>
  (tally?.strip ? [element("p", { class: "story-line" }, [tally.said]), stripNode(tally.strip, tally.said)] : []);

// What is said of an option when the answer is known, beside its sign and its frame.
function saidOf({ right }, { revealed, chosen }) {
  if (!revealed) return [];
  const said = [right && "✓ right", chosen && (right ? "your answer" : "✗ your answer")].filter(Boolean);
  return [element("span", { class: "story-said" }, [said.join(", ")])];
}

function optionButton(option, state, choose) {
  const { revealed, chosen, share } = state;
  const node = button("story-option", "", choose, { "aria-pressed": chosen });
  node.append(element("span", {}, [option.text]), ...saidOf(option, state));
  if (share !== undefined) {
    node.append(element("span", { class: "story-share" }, [hallShare(share)]));
    node.style.setProperty("--share", percent(share));
  }
  node.classList.toggle("story-right", revealed && option.right);
  node.classList.toggle("story-wrong", revealed && chosen && !option.right);
  if (revealed) node.setAttribute("aria-disabled", "true");
  return node;
}

// ---- the result -----------------------------------------------------------------------------------------------------

const MARKS = new Map([[true, ["✓", "right"]], [false, ["✗", "wrong"]], [null, ["–", "not predicted"]]]);

// On the screen of a talk nobody predicts, but the hall may have.
function markOf({ mode, hall }, { at, question, right, revealed }) {
  const share = mode === "talk" && revealed && right === null ? rightShare(question, hall?.counts(at)) : null;
  return share === null ? MARKS.get(revealed ? right : null) : ["", `${hallShare(share)} right`];
}

function resultRow(talk, asked) {
  const { at, title, question, revealed } = asked;
  const [mark, said] = markOf(talk, asked);
  const parts = [["mark", `${mark} ${revealed ? said : ""}`], ["name", `${at + 1}  ${title}`], ["said", revealed ? shortAnswer(question) : "not revealed yet"]];
  const row = button("story-row", "", () => talk.act.show(at), { "aria-label": `Scene ${at + 1}, ${title}: ${said}` });
  row.append(...parts.map(([name, text]) => element("span", { class: `story-row-${name}` }, [text])));
  return element("li", {}, [row]);
}

// The scenes to look at again, each a way there.
function linksTo(again, show) {
  const links = again.flatMap(({ at, title }) => [", ", button("story-link", title, () => show(at))]);
  return links.length ? ["Look again at: ", ...links.slice(1), ". "] : [];
}

/**
 * All scenes as buttons in a list, the present one marked, and how each was answered.
 * @param {Talk} talk @param {(at: number) => void} show
 */
export function sceneList({ scenes, answers, current }, show) {
  const row = (scene, at) => {
    const { title, question, ending } = scene;
    const { revealed } = answers[at];
    const [mark, said] = question && revealed ? MARKS.get(isRight(question, answers[at])) : ["", ""];
    const name = ending ? title : `${at + 1}  ${title}`;
    const here = at === current ? { "aria-current": "true", autofocus: "" } : {};
    const node = button("story-row", "", () => show(at), { ...here, "aria-label": [name, said].filter(Boolean).join(": ") });
    node.append(...[["mark", mark], ["name", name]].map(([part, text]) => element("span", { class: `story-row-${part}` }, [text])));
    return element("li", {}, [node]);
  };
  return element("ol", { class: "story-result" }, scenes.map(row));
}

/** Tell the present scene in words. @param {Talk} talk */
export function showWords(talk) {
  const { parts, scenes, answers, current, mode, act, hall } = talk;
  const scene = scenes[current];
  const answer = answers[current];
  const { question } = scene;
  const options = question?.options ?? [];
  const choose = (at) => { if (!answer.revealed) answer.chosen = at; act.reveal(true); };
  const tally = answer.revealed ? tallyOf(question, hall?.counts(current)) : null;
  const result = scene.ending ? resultOf(talk) : { title: scene.title, sentence: scene.sentence, rows: [], again: [] };
  parts.body.dataset.kind = scene.ending ? "result" : scene.picture || scene.image ? "picture" : "text";
  parts.count.textContent = scene.ending ? "The end" : `${current + 1} / ${scenes.filter((one) => !one.ending).length}`;
  parts.count.setAttribute("aria-label", `${parts.count.textContent}: all scenes`);
  parts.title.textContent = result.title;
  telling(parts.sentence, scene.terms)(result.sentence);
  parts.sentence.prepend(...linksTo(result.again, act.show));
  telling(parts.ask, scene.terms)(question?.text ?? "");
  parts.ask.hidden = !question;
  parts.options.hidden = !options.length;
  parts.options.replaceChildren(...options.map((option, at) =>
    optionButton(option, { revealed: answer.revealed, chosen: answer.chosen === at, share: tally?.shares[at] }, () => choose(at))));
  parts.verdict.replaceChildren(...verdictLines(scene, answer), ...hallLines(tally));
  parts.result.replaceChildren(...result.rows.map((row) => resultRow(talk, row)));
  parts.result.hidden = !scene.ending;
  parts.reveal.hidden = !question || answer.revealed || Boolean(hall?.holds(current));
  Object.assign(parts.reveal, { disabled: false, textContent: "Reveal" }); // the notes leave it otherwise
  parts.back.disabled = current === 0;
  parts.next.disabled = current === scenes.length - 1;
  parts.open.hidden = !scene.link || mode !== "page";
  if (scene.link) parts.open.href = scene.link;
}
