// The dialogs of a story: its keys and the QR code of a scene.

import { button, element } from "./dom.js";

const KEYS = [
  ["→  Space  PageDown", "next scene"], ["←  PageUp", "scene before"], ["1 … 9, 0", "scene 1 … 10"],
  ["R", "reveal"], ["P", "play and stop the slider, after the reveal"], ["Q", "QR code of this scene"],
  ["N", "notes and timer in a second window"], ["F", "full screen"], ["Home  End", "first and last scene"],
  ["Esc", "close, or leave the talk"], ["?", "these keys"],
];
const LOCAL = /^\w+:\/\/(localhost|127\.|\[::1\])/;

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

/** The keys of the talk. */
export function showKeys({ parts, mode }) {
  const rows = KEYS.flatMap(([key, does]) => [element("dt", {}, [key]), element("dd", {}, [does])]);
  const when = mode === "page" ? [element("p", {}, ["They work once you press Present."])] : [];
  toggleDialog(parts.dialog, "keys", "Keys", [...when, element("dl", { class: "story-keys" }, rows)]);
}

/** The QR code of the present scene. */
export function showCode({ parts, scenes, current }) {
  const { qr, public: address, title } = scenes[current];
  toggleDialog(parts.dialog, "qr", title, qr ? codeOf(qr, address) : [
    element("p", {}, ["This file has no address: it needs no network."]),
  ]);
}

function codeOf(qr, address) {
  const code = element("div", { class: "story-qr", role: "img", "aria-label": `QR code of ${address}` });
  code.innerHTML = qr; // drawn by our server
  const warning = "This address works on this computer only: set DROPVIZ_PUBLIC_URL to the one of the hall.";
  const warnings = LOCAL.test(address) ? [element("p", { class: "story-muted" }, [warning])] : [];
  return [code, element("p", { class: "story-address" }, [address]), ...warnings];
}
