// A scene of the story in words: question, answers, verdict, and the result at the end.

import { button, element } from "./dom.js";
import { rounded } from "./pictures.js";
import { telling } from "./words.js";

const rightOption = ({ options }) => options.find((option) => option.right);

// The answer alone: the words of the right option, or the value.
const shortAnswer = (question) => (question.drag ? question.shown : rightOption(question).text);

/** What the answer is, in a line. @param {Question} question */
export const answerLine = (question) => question.line || rightOption(question).text;

/**
 * Whether an answer is right; null where none was given.
 * @param {Question} question @param {Pick<Answer, "chosen" | "guess">} answer
 */
export function isRight({ drag, value, options }, { chosen, guess }) {
  if (drag) return guess === null ? null : Math.abs(guess - value) <= drag.within;
  return chosen === null ? null : options[chosen].right;
}

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

function verdictLines(scene, answer) {
  const { question, reveal } = scene;
  const lines = [];
  if (answer.revealed && question) {
    const [className, opening] = verdictOf(question, answer);
    const verdict = element("b", { class: className }, [opening]);
    lines.push(element("p", { class: "story-line" }, [verdict, answerLine(question)]));
  }
  if ((answer.revealed || !question) && reveal) lines.push(toldNode("p", { class: "story-after" }, reveal, scene));
  return lines;
}

function optionButton(option, { revealed, chosen }, choose) {
  const wrong = revealed && chosen && !option.right;
  const right = revealed && option.right;
  const mark = right ? "✓ " : wrong ? "✗ " : "";
  const node = button("story-option", "", choose, { "aria-pressed": chosen });
  node.append(mark, element("span", {}, [option.text]));
  node.hidden = revealed && !option.right && !chosen;
  node.classList.toggle("story-right", right);
  node.classList.toggle("story-wrong", wrong);
  if (revealed) node.setAttribute("aria-disabled", "true");
  return node;
}

// ---- the result -----------------------------------------------------------------------------------------------------

/**
 * How many predictions were right, and of how many questions.
 * @param {Pick<Talk, "scenes" | "answers">} talk
 */
export function resultOf({ scenes, answers }) {
  const rows = scenes.flatMap((scene, at) => (scene.question
    ? [{ at, title: scene.title, question: scene.question, right: isRight(scene.question, answers[at]), revealed: answers[at].revealed }]
    : []));
  const given = rows.filter(({ right, revealed }) => revealed && right !== null);
  const right = given.filter((row) => row.right).length;
  const wrong = given.filter((row) => !row.right).map(({ title }) => title);
  const open = rows.length - given.length;
  const title = given.length ? `${right} of ${rows.length} predicted right` : "What there was to predict";
  const left = open && given.length ? `${open} ${open === 1 ? "was" : "were"} not predicted.` : "";
  const again = wrong.length ? `Look again at: ${wrong.join(", ")}.` : "";
  const praise = !wrong.length && !open ? "Nothing to look at again." : "";
  return { rows, title, sentence: [again, praise, left].filter(Boolean).join(" ") || "Choose one to look at it again." };
}

const MARKS = new Map([[true, ["✓", "right"]], [false, ["✗", "wrong"]], [null, ["–", "not predicted"]]]);

function resultRow({ at, title, question, right, revealed }, show) {
  const [mark, said] = MARKS.get(revealed ? right : null);
  const parts = [["mark", mark], ["name", `${at + 1}  ${title}`], ["said", revealed ? shortAnswer(question) : "not revealed yet"]];
  const row = button("story-row", "", () => show(at), { "aria-label": `Scene ${at + 1}, ${title}: ${said}` });
  row.append(...parts.map(([name, text]) => element("span", { class: `story-row-${name}` }, [text])));
  row.classList.toggle("story-again", revealed && right === false);
  return element("li", {}, [row]);
}

/** Tell the present scene in words. @param {Talk} talk */
export function showWords(talk) {
  const { parts, scenes, answers, current, mode, act } = talk;
  const scene = scenes[current];
  const answer = answers[current];
  const { question } = scene;
  const options = question?.options ?? [];
  const choose = (at) => { if (!answer.revealed) answer.chosen = at; act.reveal(true); };
  const result = scene.ending ? resultOf(talk) : { title: scene.title, sentence: scene.sentence, rows: [] };
  parts.body.dataset.kind = scene.ending ? "result" : scene.picture || scene.image ? "picture" : "text";
  parts.count.textContent = scene.ending ? "The end" : `${current + 1} / ${scenes.filter((one) => !one.ending).length}`;
  parts.title.textContent = result.title;
  telling(parts.sentence, scene.terms)(result.sentence);
  telling(parts.ask, scene.terms)(question?.text ?? "");
  parts.ask.hidden = !question;
  parts.options.hidden = !options.length;
  parts.options.replaceChildren(...options.map((option, at) =>
    optionButton(option, { revealed: answer.revealed, chosen: answer.chosen === at }, () => choose(at))));
  parts.verdict.replaceChildren(...verdictLines(scene, answer));
  parts.result.replaceChildren(...result.rows.map((row) => resultRow(row, act.show)));
  parts.result.hidden = !scene.ending;
  parts.reveal.hidden = !question || answer.revealed;
  Object.assign(parts.reveal, { disabled: false, textContent: "Reveal" }); // the notes leave it otherwise
  parts.back.disabled = current === 0;
  parts.next.disabled = current === scenes.length - 1;
  parts.open.hidden = !scene.link || mode !== "page";
  if (scene.link) parts.open.href = scene.link;
}
