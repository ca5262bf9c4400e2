// The keys, buttons and dialogs of a talk.

import { button, element } from "./dom.js";
import { openNotes } from "./notes.js";
import { isVeiled } from "./pictures.js";

const KEYS = [ // what is pressed, and what that does
  ["→  Space  PageDown", "next scene"], ["←  PageUp", "scene before"], ["1 … 9, 0", "scene 1 … 10"],
  ["R", "reveal"], ["P", "play and stop the slider, after the reveal"], ["Q", "QR code of this scene"],
  ["N", "notes and timer in a second window"], ["F", "full screen"], ["Home  End", "first and last scene"],
  ["Esc", "close, or leave the talk"], ["?", "these keys"],
];
const LOCAL = /^\w+:\/\/(localhost|127\.|\[::1\])/;
const REMOTE = new Set(["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Home", "End", "r"]); // work in the notes
const SLIDER = "input[type=range], .story-guess";
const FIELD = "input, textarea, select, [contenteditable], [contenteditable] *";

// Open a dialog under its title, or close it where it is open already.
function toggleDialog(dialog, name, title, content) {
  const open = dialog.open && dialog.dataset.name === name;
  dialog.close();
  if (open) return;
  dialog.dataset.name = name;
  const close = button("story-step", "Close", () => dialog.close());
  dialog.replaceChildren(element("h2", {}, [title]), ...content, close);
  dialog.showModal();
}

function showKeys({ parts, mode }) {
  const rows = KEYS.flatMap(([key, does]) => [element("dt", {}, [key]), element("dd", {}, [does])]);
  const when = mode === "page" ? [element("p", {}, ["They work once you press Present."])] : [];
  toggleDialog(parts.dialog, "keys", "Keys", [...when, element("dl", { class: "story-keys" }, rows)]);
}

function showCode({ parts, scenes, current }) {
  const { qr, public: address, title } = scenes[current];
  const none = element("p", {}, ["This file has no address: it needs no network."]);
  toggleDialog(parts.dialog, "qr", title, qr ? codeOf(qr, address) : [none]);
}

function codeOf(qr, address) {
  const code = element("img", { class: "story-qr", src: qr, alt: `QR code of ${address}` });
  const warning = "This address works on this computer only: set DROPVIZ_PUBLIC_URL to the one of the hall.";
  const warnings = LOCAL.test(address) ? [element("p", { class: "story-muted" }, [warning])] : [];
  return [code, element("p", { class: "story-address" }, [address]), ...warnings];
}

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

/**
 * The key of an event as commands know it; null where it is not the story's: a field's, a slider's, a dialog's.
 * @param {KeyboardEvent} event @param {Mode} mode @param {boolean} dialogOpen
 */
export function keyOf(event, mode, dialogOpen) {
  if (mode === "page" || event.ctrlKey || event.altKey || event.metaKey) return null;
  const target = /** @type {Element} */ (event.composedPath()[0]);
  const slider = target.matches?.(SLIDER);
  if (!slider && target.matches?.(FIELD)) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (slider && (/^Arrow/.test(key) || key === "Home" || key === "End")) return null;
  if (key === " " && target.matches?.("button, a, summary")) return null;
  if (dialogOpen && !["q", "?"].includes(key)) return null;
  if (mode === "notes" && !REMOTE.has(key) && !/^\d$/.test(key)) return null;
  return key;
}

/** Listen to the keys of the whole window; returns what ends that. @param {Talk} talk */
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
  const listening = new AbortController();
  window.addEventListener("keydown", onKey, { capture: true, signal: listening.signal });
  window.addEventListener("pointerup", onPointerUp, { signal: listening.signal });
  return () => listening.abort();
}

/** Show the buttons of a talk. @param {Talk} talk */
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
