// The keys and buttons of a talk.

import { showCode, showKeys } from "./dialogs.js";
import { button } from "./dom.js";
import { openNotes } from "./notes.js";
import { isVeiled } from "./pictures.js";

const REMOTE = new Set(["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Home", "End", "r"]); // work in the notes
const SLIDER = "input[type=range], .story-guess";
const FIELD = "input, textarea, select, [contenteditable], [contenteditable] *";

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

const play = (talk) => { if (!isVeiled(talk, talk.current)) talk.pictures[talk.current]?.live?.toggle(); };

const leave = ({ mode, settings, act }) => {
  if (settings.leave && mode === "talk" && !document.fullscreenElement) act.setMode("page");
};

const next = ({ act }) => act.move(1);
const before = ({ act }) => act.move(-1);
const COMMANDS = {
  ArrowRight: next, PageDown: next, " ": next, ArrowLeft: before, PageUp: before,
  Home: ({ act }) => act.show(0), End: ({ act }) => act.show(Infinity),
  r: ({ act }) => act.reveal(), p: play, q: showCode, n: openNotes, f: fullScreen, "?": showKeys, Escape: leave,
};

/** The key of an event as commands know it; null where it is not the story's: a field's, a slider's, a dialog's. */
export function keyOf(event, mode, dialogOpen) {
  if (mode === "page" || event.ctrlKey || event.altKey || event.metaKey) return null;
  const target = event.composedPath()[0];
  const slider = target.matches?.(SLIDER);
  if (!slider && target.matches?.(FIELD)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (slider && (/^Arrow/.test(key) || key === "Home" || key === "End")) return null;
  if (key === " " && target.matches?.("button, a, summary")) return null;
  if (dialogOpen && !["q", "?"].includes(key)) return null;
  if (mode === "notes" && !REMOTE.has(key) && !/^\d$/.test(key)) return null;
  return key;
}

/** Listen to the keys of the whole window; returns what ends that. */
export function listenToKeys(talk) {
  const onKey = (event) => {
    const key = keyOf(event, talk.mode, talk.parts.dialog.open);
    const digit = /^\d$/.test(key) ? (Number(key) + 9) % 10 : null;
    const command = digit === null ? COMMANDS[key] : ({ act }) => act.show(digit);
    if (!command) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R and C are Streamlit's keys too
    command(talk);
  };
  // A slider that was dragged gives the keys back to the talk.
  const onPointerUp = (event) => {
    if (talk.mode === "talk" && event.target.matches?.(".dv-range")) setTimeout(() => event.target.blur());
  };
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("pointerup", onPointerUp);
  return () => {
    window.removeEventListener("keydown", onKey, true);
    window.removeEventListener("pointerup", onPointerUp);
  };
}

/** Show the buttons that the mode has. */
export function showTools(talk) {
  const { parts, mode, settings, act } = talk;
  const tool = (text, title, does, label = text) =>
    button("story-tool", text, does, label === text ? { title } : { title, "aria-label": label });
  const talking = mode === "talk";
  parts.tools.replaceChildren(...(mode === "notes" ? [] : [
    ...(talking ? [] : [tool("Present", "Presenter mode", () => act.setMode("talk"))]),
    tool("QR", "QR code of this scene (Q)", () => showCode(talk)),
    tool("Notes", "Notes and timer in a second window (N)", () => openNotes(talk)),
    tool("?", "Keys (?)", () => showKeys(talk), "Keys"),
    ...(talking && settings.leave ? [tool("×", "Leave the talk (Esc)", () => act.setMode("page"), "Leave the talk")] : []),
  ]));
}
