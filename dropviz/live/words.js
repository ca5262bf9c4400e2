// The words of a scene: its sentence, the question with its options, and what is said when that is answered.

import { button, element } from "./dom.js";
import { rounded } from "./pictures.js";

// A sign of operation stays with its number at the end of a line.
const bound = (text) => text.replace(/([×÷]) (?=[\d.])| (?=…)/g, (gap) => gap.replace(" ", "\u00a0"));

const isRight = ({ drag, value, options }, { chosen, guess }) => {
  if (drag) return guess === null ? null : Math.abs(guess - value) <= drag.within;
  return chosen === null ? null : options[chosen].right;
};

// What is thought of the answer: a class and an opening.
function verdictOf(question, answer) {
  const right = isRight(question, answer);
  const said = question.drag && answer.guess !== null ? `You said ${rounded(answer.guess)}. ` : "";
  if (right === null) return ["", "The answer: "];
  return right ? ["story-right", `✓ Right. ${said}`] : ["story-wrong", `✗ Not so. ${said}`];
}

function optionButton(option, { revealed, chosen }, choose) {
  const wrong = revealed && chosen && !option.right;
  const right = revealed && option.right;
  const mark = right ? "✓ " : wrong ? "✗ " : "";
  const node = button("story-option", mark + option.text, choose, { "aria-pressed": chosen });
  node.hidden = revealed && !option.right && !chosen;
  node.classList.toggle("story-right", right);
  node.classList.toggle("story-wrong", wrong);
  if (revealed) node.setAttribute("aria-disabled", "true");
  return node;
}

function verdictLines({ question, reveal }, answer) {
  const lines = [];
  if (answer.revealed && question) {
    const [className, opening] = verdictOf(question, answer);
    const verdict = element("b", { class: className }, [opening]);
    lines.push(element("p", { class: "story-line" }, [verdict, `${question.line} = ${question.shown}`]));
  }
  if ((answer.revealed || !question) && reveal) lines.push(element("p", { class: "story-after" }, [bound(reveal)]));
  return lines;
}

export function showWords({ parts, scenes, answers, current, mode, act }) {
  const scene = scenes[current];
  const answer = answers[current];
  const { question } = scene;
  const options = question?.options ?? [];
  const choose = (at) => { answer.chosen = at; act.reveal(true); };
  parts.count.textContent = `${current + 1} / ${scenes.length}`;
  parts.title.textContent = scene.title;
  parts.sentence.textContent = bound(scene.sentence);
  parts.ask.textContent = bound(question?.text ?? "");
  parts.ask.hidden = !question;
  parts.options.hidden = !options.length;
  parts.options.replaceChildren(...options.map((option, at) =>
    optionButton(option, { revealed: answer.revealed, chosen: answer.chosen === at }, () => choose(at))));
  parts.verdict.replaceChildren(...verdictLines(scene, answer));
  parts.reveal.hidden = !question || answer.revealed;
  parts.back.disabled = current === 0;
  parts.next.disabled = current === scenes.length - 1;
  parts.open.hidden = !scene.link || mode !== "page";
  if (scene.link) parts.open.href = scene.link;
}
