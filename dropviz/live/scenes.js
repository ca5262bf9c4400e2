// The story: scenes one after the other, a question before each picture. The app and the offline file both call
// `mountStory`. What is known of a story that is told is one object, `talk`; `talk.act` is what a person can do.

import { button, element } from "./dom.js";
import { listenToKeys, showTools } from "./keys.js";
import { createLine, createNotes, tale } from "./notes.js";
import { cover, dropPictures, fitPictures, showPicture } from "./pictures.js";
import { showWords } from "./words.js";

const within = (at, count) => Math.max(0, Math.min(count - 1, at));

function storySkeleton(root, act) {
  const parts = {
    count: element("p", { class: "story-count" }),
    title: element("h2", { class: "story-title" }),
    sentence: element("p", { class: "story-sentence" }),
    ask: element("p", { class: "story-ask" }),
    options: element("div", { class: "story-options", role: "group", "aria-label": "Your answer" }),
    verdict: element("div", { class: "story-verdict", "aria-live": "polite" }),
    open: element("a", { class: "story-open" }, ["Open this scene in the app"]),
    pictures: element("div", { class: "story-pictures" }),
    back: button("story-step", "← Back", () => act.move(-1)),
    next: button("story-step", "Next →", () => act.move(1)),
    reveal: button("story-step story-show", "Reveal", () => act.reveal()),
    tools: element("div", { class: "story-tools" }),
    notes: element("div", { class: "story-notes" }),
    dialog: element("dialog", { class: "story-dialog" }),
    status: element("p", { class: "dv-status", "aria-live": "polite" }),
  };
  const { title, sentence, ask, options, verdict, open, pictures, back, count, next, reveal, tools } = parts;
  const words = element("section", { class: "story-words" }, [title, sentence, ask, options, verdict, open]);
  root.replaceChildren(
    element("div", { class: "story-body" }, [words, pictures]),
    element("nav", { class: "story-nav", "aria-label": "Scenes" }, [back, count, next, reveal, tools]),
    parts.notes, parts.dialog, parts.status,
  );
  return parts;
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
  const focused = document.activeElement;
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
  if (fitPictures(talk)) dropPictures(talk);
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

// What the other window says: the notes ask, the talk tells.
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
 */
export function mountStory(root, story, plotly, settings) {
  const { scenes } = story;
  const talk = {
    root, scenes, plotly, mode: settings.mode, current: within(settings.scene - 1, scenes.length),
    settings: { onScene: () => {}, onMode: () => {}, leave: true, ...settings },
    answers: scenes.map(() => ({ revealed: false, chosen: null, guess: null })),
    pictures: [], // by scene, where drawn: { box, dv, payload, live, guess, ready }
    factor: 0, idle: 0, destroyed: false, notes: null, notesWindow: null,
  };
  talk.act = actsOf(talk);
  talk.parts = storySkeleton(root, talk.act);
  talk.line = createLine(talk, (message) => hear(talk, message));
  talk.watcher = new ResizeObserver(() => {
    if (!fitPictures(talk)) return;
    dropPictures(talk);
    talk.act.show(talk.current, true);
  });
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

/** Tell the story in a file of its own. Its scene stands behind the # of the address; a frame may have no address. */
export function mountOffline(root, story) {
  const asked = new URLSearchParams(location.search);
  const scene = Number.parseInt(location.hash.slice(1), 10) || Number.parseInt(asked.get("scene"), 10) || 1;
  return mountStory(root, story, Promise.resolve(window.Plotly), {
    scene, leave: false, mode: asked.get("mode") === "notes" ? "notes" : "talk",
    onScene: (number) => { try { history.replaceState(null, "", `#${number}`); } catch { /* no address of its own */ } },
  });
}
