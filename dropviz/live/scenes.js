// The story: scenes one after the other, a question before each picture. The app and the offline file both call
// `mountStory`. What is known of a story that is told is one object, `talk`; `talk.act` is what a person can do.

import { button, element } from "./dom.js";
import { listenToKeys, showTools } from "./keys.js";
import { createLine, createNotes, tale } from "./notes.js";
import { cover, dropPictures, fitPictures, rounded, showPicture } from "./pictures.js";

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

// Tell the present scene in words.
function showWords({ parts, scenes, answers, current, mode, act }) {
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

const within = (at, count) => Math.max(0, Math.min(count - 1, at));

function storySkeleton(root, act) {
  const part = (tag, name, attributes, children) => element(tag, { class: `story-${name}`, ...attributes }, children);
  const title = part("h2", "title");
  const [sentence, ask, count] = ["sentence", "ask", "count"].map((name) => part("p", name));
  const options = part("div", "options", { role: "group", "aria-label": "Your answer" });
  const verdict = part("div", "verdict", { "aria-live": "polite" });
  const open = part("a", "open", {}, ["Open this scene in the app"]);
  const [pictures, tools, notes] = ["pictures", "tools", "notes"].map((name) => part("div", name));
  const dialog = part("dialog", "dialog");
  const back = button("story-step", "← Back", () => act.move(-1));
  const next = button("story-step", "Next →", () => act.move(1));
  const reveal = button("story-step", "Reveal", () => act.reveal());
  const status = element("p", { class: "dv-status", "aria-live": "polite" });
  const words = part("section", "words", {}, [title, sentence, ask, options, verdict, open]);
  const nav = part("nav", "nav", { "aria-label": "Scenes" }, [back, count, next, reveal, tools]);
  root.replaceChildren(part("div", "body", {}, [words, pictures]), nav, notes, dialog, status);
  return {
    count, title, sentence, ask, options, verdict, open, pictures, back, next, reveal, tools, notes, dialog, status,
  };
}

// On a phone the buttons stand below the picture, the words above it.
const bringIntoView = (node) => {
  const { top, bottom } = node.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight) node.scrollIntoView({ block: "start" });
};

// The talk tells the notes window where it is.
function tell({ mode, line, scenes, answers, current }) {
  if (mode === "talk") line.send({ scene: current, revealed: answers[current].revealed, told: tale(scenes, current) });
}

function reveal(talk, fromOption) {
  const { scenes, answers, current, parts, mode } = talk;
  if (!scenes[current].question || answers[current].revealed) return;
  answers[current].revealed = true;
  showWords(talk);
  cover(talk, current);
  if (mode === "page") bringIntoView(parts.options.hidden ? parts.verdict : parts.options);
  if (fromOption) parts.options.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  if (mode === "talk" && focused?.matches?.(".story-option, .story-guess")) focused.blur();
  tell(talk);
}

// `quiet` where it was not a person who moved.
function showScene(talk, at, quiet) {
  const { scenes, parts, settings } = talk;
  const moved = at !== talk.current;
  talk.current = at;
  showWords(talk);
  showPicture(talk);
  if (moved) parts.status.textContent = `Scene ${at + 1} of ${scenes.length}: ${scenes[at].title}`;
  if (moved && !quiet) { bringIntoView(parts.title); settings.onScene(at + 1); }
  tell(talk);
}

// The notes turn the talk's scenes, or their own as long as no talk has answered.
function turnNotes({ scenes, notes, line }, at) {
  const wanted = within(at, notes.noted.count);
  if (!notes.answered) notes.show(wanted, tale(scenes, wanted), false);
  line.send({ ask: "scene", scene: wanted });
}

function setMode(talk, mode, quiet) {
  const { root, parts, scenes, current, settings } = talk;
  talk.mode = mode;
  root.dataset.mode = mode;
  fitPictures(talk);
  showTools(talk);
  if (mode === "notes") {
    talk.notes ??= createNotes(parts);
    talk.notes.show(current, tale(scenes, current), false);
    talk.line.send({ ask: "hello" });
  } else {
    talk.act.show(current, true);
    talk.watcher.observe(parts.pictures);
  }
  if (!quiet) settings.onMode(mode);
}

/** What the other window says: the notes ask, the talk tells. @param {Talk} talk @param {Message} message */
function hear(talk, { ask, scene, told, revealed }) {
  if (talk.mode === "talk") {
    if (ask === "hello") tell(talk);
    if (ask === "reveal") talk.act.reveal();
    if (ask === "scene" && scene !== talk.current) talk.act.show(scene);
  } else if (talk.mode === "notes" && told) {
    talk.notes.answered = true;
    talk.notes.show(scene, told, revealed);
  }
}

// What a person can do, by button or key, in each mode.
const actsOf = (talk) => ({
  move: (by) => talk.act.show((talk.mode === "notes" ? talk.notes.noted.at : talk.current) + by),
  show: (at, quiet = false) =>
    (talk.mode === "notes" ? turnNotes(talk, at) : showScene(talk, within(at, talk.scenes.length), quiet)),
  reveal: (fromOption = false) =>
    (talk.mode === "notes" ? talk.line.send({ ask: "reveal" }) : reveal(talk, fromOption)),
  setMode: (mode, quiet = false) => setMode(talk, mode, quiet),
});

/**
 * Tell a story in `root`. `settings`: the `scene` to begin with (from 1), the `mode` ("page", "talk" or "notes"),
 * `leave` where a talk can be left, and `onScene` and `onMode`, which hear where a person has moved.
 * @param {HTMLElement} root @param {Story} story @param {StorySettings} settings
 */
export function mountStory(root, story, settings) {
  const { scenes } = story;
  /** @type {Talk} */
  const talk = {
    root, scenes, mode: settings.mode, current: within(settings.scene - 1, scenes.length),
    settings: { onScene: () => {}, onMode: () => {}, leave: true, ...settings },
    answers: scenes.map(() => ({ revealed: false, chosen: null, guess: null })),
    pictures: [], // by scene, where drawn: { box, dv, live, guess }
    idle: 0, destroyed: false, notes: null, notesWindow: null,
    act: null, parts: null, line: null, watcher: null, // as soon as they are made
  };
  talk.act = actsOf(talk);
  talk.parts = storySkeleton(root, talk.act);
  talk.line = createLine(talk, (message) => hear(talk, message));
  talk.watcher = new ResizeObserver(() => fitPictures(talk));
  const stopKeys = listenToKeys(talk);
  showWords(talk);
  setMode(talk, talk.mode, true);
  root.dataset.ready = "true";
  return {
    show: (number) => talk.act.show(number - 1, true),
    setMode: (mode) => { if (mode !== talk.mode) talk.act.setMode(mode, true); },
    destroy: () => {
      talk.destroyed = true;
      clearTimeout(talk.idle);
      talk.watcher.disconnect();
      dropPictures(talk);
      talk.notes?.destroy();
      talk.line.close();
      stopKeys();
    },
  };
}

/**
 * Tell the story in a file of its own. Its scene stands behind the # of the address; a frame may have no address.
 * @param {HTMLElement} root @param {Story} story
 */
export function mountOffline(root, story) {
  const asked = new URLSearchParams(location.search);
  const scene = Number.parseInt(location.hash.slice(1), 10) || Number.parseInt(asked.get("scene"), 10) || 1;
  return mountStory(root, story, {
    scene, leave: false, mode: asked.get("mode") === "notes" ? "notes" : "talk",
    onScene: (number) => { try { history.replaceState(null, "", `#${number}`); } catch { /* no address of its own */ } },
  });
}
