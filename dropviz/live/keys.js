// The keys and buttons of a talk.

import { showCode, showKeys, showScenes, showTable } from "./dialogs.js";
import { button } from "./dom.js";
import { openNotes } from "./notes.js";
import { isVeiled } from "./pictures.js";

// What works in the notes as in the talk.
const REMOTE = new Set(["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Home", "End", "r", "b", "."]);
const SLIDER = "input[type=range], .story-guess";
const FIELD = "input, textarea, select, [contenteditable], [contenteditable] *";
const PRESSED = "button, a, summary"; // by the space key too
const HELD = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"]);
const OF_DIALOGS = new Set(["Tab", "Escape", "ArrowUp", "ArrowDown"]); // the browser's own

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

const play = (talk) => { if (!isVeiled(talk, talk.current)) talk.pictures[talk.current]?.live?.toggle(); };

// First what one points with is put away, then the talk is left.
const leave = ({ mode, root, settings, act, pointing }) => {
  if (root.dataset.tool) pointing.choose("");
  else if (settings.leave && mode === "talk" && !document.fullscreenElement) act.setMode("page");
};

const forward = ({ act }) => act.forward();
const back = ({ act }) => act.back();
const dark = ({ act }) => act.darken();
const COMMANDS = {
  ArrowRight: forward, PageDown: forward, " ": forward, ArrowLeft: back, PageUp: back,
  Home: ({ act }) => act.show(0), End: ({ act }) => act.show(Infinity),
  r: ({ act }) => act.reveal(), p: play, b: dark, ".": dark, s: showScenes, t: showTable, q: showCode, n: openNotes, f: fullScreen,
  l: ({ pointing }) => pointing.choose("laser"), d: ({ pointing }) => pointing.choose("pen"), e: ({ pointing }) => pointing.erase(),
  "?": showKeys, Escape: leave,
};

const targetOf = (event) => /** @type {Element} */ (event.composedPath()[0]);
const isShortcut = ({ ctrlKey, altKey, metaKey }) => ctrlKey || altKey || metaKey;

/**
 * The key of an event as commands know it; null where it is not the story's: a field's, a slider's.
 * @param {KeyboardEvent} event @param {Mode} mode
 */
export function keyOf(event, mode) {
  if (mode === "page" || isShortcut(event)) return null;
  const target = targetOf(event);
  const slider = target.matches?.(SLIDER);
  if (!slider && target.matches?.(FIELD)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (slider && (/^Arrow/.test(key) || key === "Home" || key === "End")) return null;
  if (key === " " && target.matches?.(PRESSED)) return null;
  if (mode === "notes" && !REMOTE.has(key) && !/^\d$/.test(key)) return null;
  return key;
}

/** Whether a key closes an open dialog: any does that is not the browser's own there. @param {KeyboardEvent} event */
export function closesDialog(event) {
  if (isShortcut(event) || HELD.has(event.key) || OF_DIALOGS.has(event.key)) return false;
  if (targetOf(event).matches?.(FIELD)) return /^Page/.test(event.key); // of a clicker; all else is typed
  return !(/^( |Enter)$/.test(event.key) && targetOf(event).matches?.(PRESSED));
}

const jumpOf = (key) => (/^\d$/.test(key) ? ({ act }) => act.show((Number(key) + 9) % 10) : null);

// In the list of scenes a number chooses one, too.
function closeWith(key, talk) {
  const { dialog } = talk.parts;
  dialog.close();
  if (dialog.dataset.name === "scenes") jumpOf(key)?.(talk);
}

// What a key does now; null: it is not ours.
function commandOf(event, talk) {
  const { dialog, dark: screen } = talk.parts;
  if (dialog.open) return closesDialog(event) ? () => closeWith(event.key, talk) : null;
  if (!screen.hidden) return isShortcut(event) || HELD.has(event.key) ? null : dark;
  const key = keyOf(event, talk.mode);
  return jumpOf(key) ?? COMMANDS[key];
}

/** Listen to the keys of the whole window. @param {Talk} talk @param {AbortSignal} signal */
export function listenToKeys(talk, signal) {
  const onKey = (event) => {
    const command = commandOf(event, talk);
    if (!command) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R and C are Streamlit's keys too
    command(talk);
  };
  // A slider that was dragged gives the keys back to the talk.
  const onPointerUp = (event) => {
    if (talk.mode === "talk" && event.target.matches?.(".dv-range")) setTimeout(() => event.target.blur());
  };
  window.addEventListener("keydown", onKey, { capture: true, signal });
  window.addEventListener("pointerup", onPointerUp, { signal });
}

/** Show the buttons of a talk. @param {Talk} talk */
export function showTools(talk) {
  const { parts, mode, scenes, settings, act, pointing } = talk;
  const tool = (text, title, does, attributes = {}) => button("story-tool", text, does, { title, ...attributes });
  const talking = mode === "talk";
  const pointer = (name, text, title) =>
    tool(text, title, () => pointing.choose(name), { "data-tool": name, "aria-pressed": false });
  parts.tools.replaceChildren(...(mode === "notes" ? [] : [
    ...(talking ? [pointer("laser", "Laser", "Laser pointer (L)"), pointer("pen", "Pen", "Draw on the scene (D), erase (E)")]
      : [tool("Present", "Presenter mode", () => act.setMode("talk"))]),
    ...(scenes[0].qr ? [tool("QR", "QR code of this scene (Q)", () => showCode(talk))] : []),
    tool("Notes", "Notes and timer in a second window (N)", () => openNotes(talk)),
    tool("?", "Keys (?)", () => showKeys(talk), { "aria-label": "Keys" }),
    ...(talking && settings.leave
      ? [tool("×", "Leave the talk (Esc)", () => act.setMode("page"), { "aria-label": "Leave the talk" })] : []),
  ]));
}
