// The story: scenes one after the other, a question before each picture, and the result at the end. The app and the
// offline file both call `mountStory`. What is known of a story that is told is one object, `talk`; `talk.act` is what a
// person can do.

import { forgetAnswers, givenAnswers, keepAnswers } from "./answers.js";
import { plainAddress, sayHeads, showCode, showScenes } from "./dialogs.js";
import { button, element, putText } from "./dom.js";
import { listenToKeys, showTools } from "./keys.js";
import { createLine, createNotes, tale } from "./notes.js";
import { cover, dropPictures, fitPictures, showPicture } from "./pictures.js";
import { createPointing } from "./pointing.js";
import { createRoom, placeOf } from "./room.js";
import { showWords } from "./telling.js";

const STILL_MS = 3000; // after which a talk hides its buttons

/** @type {Scene} */
const ENDING = {
  title: "The result", sentence: "", notes: "Who had all of them right?", reveal: "", veil: "", question: null, picture: null,
  image: null, terms: {}, ending: true,
};

const within = (at, count) => Math.max(0, Math.min(count - 1, at));

function storySkeleton(root, { act, list, code }) {
  const part = (tag, name, attributes = {}, children = []) =>
    element(tag, { class: `story-${name}`, ...attributes }, children);
  const title = part("h2", "title");
  const [sentence, ask] = ["sentence", "ask"].map((name) => part("p", name));
  const options = part("div", "options", { role: "group", "aria-label": "Your answer" });
  const verdict = part("div", "verdict", { "aria-live": "polite" });
  const result = part("ol", "result");
  const open = part("a", "open", {}, ["Open this scene in the app"]);
  const [pictures, tools, notes] = ["pictures", "tools", "notes"].map((name) => part("div", name));
  const dialog = part("dialog", "dialog");
  dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); }); // beside it
  const back = button("story-step", "← Back", () => act.move(-1));
  const next = button("story-step", "Next scene →", () => act.move(1));
  const reveal = button("story-step", "Reveal", () => act.reveal());
  const count = button("story-count", "", list, { title: "All scenes (S)" });
  const hall = button("story-hall", "", code, { title: "The hall’s QR code (Q)", hidden: "" });
  const status = element("p", { class: "dv-status", "aria-live": "polite" });
  const dark = part("div", "dark", { hidden: "" });
  dark.addEventListener("click", () => act.darken());
  const words = part("div", "words", {}, [title, sentence, ask, options, verdict, result, open]);
  const body = part("div", "body", {}, [words, pictures]);
  const nav = part("div", "nav", {}, [count, back, next, reveal, hall, tools]);
  root.replaceChildren(body, nav, notes, dialog, dark, status);
  return {
    body, count, title, sentence, ask, options, verdict, result, pictures, tools, notes, status, open, back, next, reveal, dialog, dark, hall,
  };
}

// Without haste: nothing scrolls where both ends are seen.
const bringIntoView = (node) => {
  const { top, bottom } = node.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight) node.scrollIntoView({ block: "start" });
};

// The talk tells the notes window, and the hall, where it is.
function tell({ mode, line, scenes, answers, current, parts, hall, room }) {
  if (mode !== "talk") return;
  const told = tale(scenes, current);
  line.send({ scene: current, revealed: answers[current].revealed, dark: !parts.dark.hidden, told, room: room?.now() ?? null });
  hall?.moved();
}

const waits = ({ scenes, answers, current }) => scenes[current].question && !answers[current].revealed;

// Let the present scene be told with what its answer is now; `seen`: the curves are drawn while one looks.
function retell(talk, seen = false) {
  showWords(talk);
  cover(talk, talk.current, seen);
  keepAnswers(talk);
}

const focusAnswer = ({ options }) => options.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });

function reveal(talk, fromOption) {
  const { answers, current, parts, mode, hall } = talk;
  if (!waits(talk)) return;
  const held = hall?.holds(current); // until the lecturer reveals
  if (!held) Object.assign(answers[current], { revealed: true, stepped: mode === "talk" && !fromOption });
  retell(talk, !held);
  if (mode === "page" && !held) bringIntoView(parts.options.hidden ? parts.verdict : parts.options);
  if (fromOption) focusAnswer(parts);
  hall?.answered(current);
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  if (mode === "talk" && focused?.matches?.(".story-option, .story-guess")) focused.blur();
  tell(talk);
}

// A step forward reveals, then goes on; a step back takes back what a step forward did.
function step(talk, direction) {
  const { answers, current, act } = talk;
  if (direction > 0 && waits(talk)) act.reveal();
  else if (direction < 0 && answers[current].stepped) {
    Object.assign(answers[current], { revealed: false, stepped: false });
    retell(talk);
    tell(talk);
  } else act.move(direction);
}

// Reveal a scene, or take that back, because the lecturer did; what a person has revealed stays.
function settle(talk, at, revealed) {
  const { answers, current, parts } = talk;
  const answer = answers[at];
  if (!talk.scenes[at].question || answer.revealed === revealed || (answer.revealed && !answer.stepped)) return;
  Object.assign(answer, { revealed, stepped: revealed });
  if (at !== current) return;
  const focused = parts.options.contains(document.activeElement);
  retell(talk, true);
  if (focused) focusAnswer(parts);
  if (revealed) bringIntoView(parts.options.hidden ? parts.verdict : parts.options);
}

// `quiet` where it was not a person who moved.
function showScene(talk, at, quiet) {
  const { scenes, parts, settings } = talk;
  const moved = at !== talk.current;
  talk.current = at;
  showWords(talk);
  showPicture(talk);
  if (moved) {
    talk.pointing.erase();
    parts.status.textContent = `Scene ${at + 1} of ${scenes.length}: ${scenes[at].title}`;
  }
  if (moved && !quiet) { bringIntoView(parts.title); settings.onScene(at + 1); }
  showHall(talk);
  tell(talk);
}

// In a corner of the screen: where phones find the room, and who is there.
function showHall({ parts, mode, room }) {
  const now = mode === "talk" ? room?.now() : null;
  const lost = mode === "talk" && !now && Boolean(room?.isLost());
  parts.hall.hidden = !now && !lost;
  if (lost) putText(parts.hall, "The room has ended: Q opens another");
  sayHeads(parts.dialog, now);
  if (now) putText(parts.hall, [plainAddress(now.phones), now.lost ? "line lost, trying again" : now.said].filter(Boolean).join(" · "));
}

// A talk that has gone on meanwhile is not covered: the corner shows the way.
async function offerRoom(talk) {
  const { scene, revealed } = placeOf(talk);
  if (!await talk.room.open() || talk.mode !== "talk") return;
  const now = placeOf(talk);
  if (scene === now.scene && revealed === now.revealed) showCode(talk);
}

// The hall has changed.
function hearHall(talk) {
  const { answers, current, room } = talk;
  showHall(talk);
  const tally = JSON.stringify(room.now()?.tally ?? null);
  if (answers[current].revealed && tally !== talk.tallied) showWords(talk);
  talk.tallied = tally;
  tell(talk);
}

// From the beginning, as if nobody had answered.
function restart(talk) {
  forgetAnswers(talk);
  for (const at of talk.pictures.keys()) cover(talk, at);
  talk.act.show(0);
}

// Black as with the key B of other programs, so that all look at who speaks; and light again.
function darken(talk) {
  const { parts, mode } = talk;
  if (mode !== "talk") return;
  parts.dark.hidden = !parts.dark.hidden;
  parts.status.textContent = parts.dark.hidden ? "The screen is light again." : "The screen is dark. Any key brings it back.";
  tell(talk);
}

// Notes that no talk has answered turn scenes of their own.
function turnNotes({ scenes, notes }, at) {
  const wanted = within(at, scenes.length);
  notes.show({ scene: wanted, revealed: false, dark: false }, tale(scenes, wanted));
}

function setMode(talk, mode, quiet) {
  const { root, parts, settings } = talk;
  talk.mode = mode;
  root.dataset.mode = mode;
  parts.dark.hidden = true;
  talk.pointing.choose("");
  fitPictures(talk);
  showTools(talk);
  if (mode === "notes") {
    talk.notes ??= createNotes(talk);
    turnNotes(talk, talk.current);
    talk.line.send({ ask: "hello" });
  } else {
    talk.act.show(talk.current, true);
    talk.watcher.observe(parts.pictures);
  }
  if (mode === "talk") talk.room?.resume();
  showHall(talk);
  if (mode === "talk" && !quiet && talk.room && !talk.room.now()) offerRoom(talk);
  if (!quiet) settings.onMode(mode);
}

/**
 * What the other window says: the notes ask, the talk tells. It may be any window, so only what is known is done.
 * @param {Talk} talk @param {Message} message
 */
export function hear(talk, { ask, scene, told, revealed, dark, room }) {
  const { act, mode, notes, parts } = talk;
  if (mode === "notes" && told) {
    notes.answered = true;
    notes.show({ scene, revealed, dark }, told, room);
  }
  if (mode !== "talk" || !ask) return;
  if (ask === "hello") tell(talk);
  else if (ask === "dark" || !parts.dark.hidden) act.darken();
  else if (ask === "scene" && Number.isInteger(scene)) act.show(scene);
  else if (ask === "forward" || ask === "back" || ask === "reveal") act[ask]();
}

// What a person can do, by button or key, in each mode. Notes ask the talk, if one has answered.
function actsOf(talk) {
  /** @type {(ask: Ask, direction: number) => void} */
  const stepOrAsk = (ask, direction) => {
    if (talk.mode !== "notes") step(talk, direction);
    else if (talk.notes.answered) talk.line.send({ ask });
    else turnNotes(talk, talk.notes.noted.at + direction);
  };
  const show = (at, quiet = false) => {
    if (talk.mode !== "notes") showScene(talk, within(at, talk.scenes.length), quiet);
    else if (talk.notes.answered) talk.line.send({ ask: "scene", scene: within(at, talk.notes.noted.count) });
    else turnNotes(talk, at);
  };
  return {
    show,
    forward: () => stepOrAsk("forward", 1),
    back: () => stepOrAsk("back", -1),
    move: (by) => show((talk.mode === "notes" ? talk.notes.noted.at : talk.current) + by),
    reveal: (fromOption = false) =>
      (talk.mode === "notes" ? talk.line.send({ ask: "reveal" }) : reveal(talk, fromOption)),
    restart: () => restart(talk),
    darken: () => (talk.mode === "notes" ? talk.line.send({ ask: "dark" }) : darken(talk)),
    setMode: (mode, quiet = false) => setMode(talk, mode, quiet),
  };
}

// A talk whose pointer rests shows no buttons; a finger has none that could rest.
function hideButtons(talk, signal) {
  const { root } = talk;
  const hovers = window.matchMedia("(hover: hover)");
  let last = "";
  let timer = 0;
  const wake = ({ clientX, clientY }) => {
    if (last === `${clientX},${clientY}`) return; // what is drawn below a pointer at rest "moves" it too
    last = `${clientX},${clientY}`;
    delete root.dataset.still;
    clearTimeout(timer);
    timer = setTimeout(() => { if (hovers.matches) root.dataset.still = ""; }, STILL_MS);
  };
  for (const name of /** @type {const} */ (["pointermove", "pointerdown"])) window.addEventListener(name, wake, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  wake({ clientX: -1, clientY: -1 });
}

/**
 * Tell a story in `root`. `settings`: the `scene` to begin with (from 1), the `mode` ("page", "talk" or "notes"),
 * `leave` where a talk can be left, and `onScene` and `onMode`, which hear where a person has moved.
 * @param {HTMLElement} root @param {Story} story @param {StorySettings} settings
 */
export function mountStory(root, story, settings) {
  const scenes = story.scenes.some(({ question }) => question) ? [...story.scenes, ENDING] : story.scenes;
  /** @type {Talk} */
  const talk = {
    root, scenes, mode: settings.mode, current: within(settings.scene - 1, scenes.length),
    settings: { onScene: () => {}, onMode: () => {}, leave: true, ...settings },
    answers: givenAnswers(scenes, settings.keptAs), keptAs: settings.keptAs, hall: settings.hall ?? null,
    pictures: [], // by scene, where drawn: { box, dv, live, guess }
    idle: 0, destroyed: false, notes: null, notesWindow: null,
    act: null, parts: null, line: null, watcher: null, pointing: null, room: null, // as soon as they are made
  };
  const listening = new AbortController();
  talk.act = actsOf(talk);
  talk.parts = storySkeleton(root, { act: talk.act, list: () => showScenes(talk), code: () => showCode(talk) });
  talk.pointing = createPointing(talk);
  talk.line = createLine(talk, (message) => hear(talk, message));
  talk.room = settings.room ? createRoom(talk, () => hearHall(talk)) : null;
  talk.watcher = new ResizeObserver(() => fitPictures(talk));
  listenToKeys(talk, listening.signal);
  window.addEventListener("pagehide", () => keepAnswers(talk), { signal: listening.signal }); // with a point not revealed
  hideButtons(talk, listening.signal);
  root.dataset.mode = talk.mode;
  showWords(talk);
  const begin = () => { if (!talk.destroyed) setMode(talk, talk.mode, true); };
  if (talk.hall) requestAnimationFrame(() => setTimeout(begin)); // a slow phone can vote before it has drawn
  else begin();
  root.dataset.ready = "true";
  return {
    talk,
    show: (number) => talk.act.show(number - 1, true),
    settle: (number, revealed) => settle(talk, within(number - 1, scenes.length), revealed),
    retell: () => showWords(talk),
    setMode: (mode) => { if (mode !== talk.mode) talk.act.setMode(mode, true); },
    destroy: () => {
      talk.destroyed = true;
      keepAnswers(talk);
      clearTimeout(talk.idle);
      talk.watcher.disconnect();
      dropPictures(talk);
      talk.notes?.destroy();
      talk.pointing.destroy();
      talk.room?.end();
      talk.line.close();
      listening.abort();
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
