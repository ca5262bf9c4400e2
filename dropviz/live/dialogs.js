// The dialogs of a talk: its keys, its scenes, where the hall finds one, and the data of a picture.

import { button, element, putText } from "./dom.js";
import { isVeiled } from "./pictures.js";
import { isLocal } from "./room.js";
import { dataTables } from "./tables.js";
import { sceneList } from "./telling.js";

const KEYS = [ // what is pressed, and what that does
  ["→  Space  PageDown", "reveal, then the next scene"], ["←  PageUp", "take that back"],
  ["1 … 9, 0", "scene 1 … 10"], ["S", "all scenes"], ["Home  End", "first scene, result"], ["R", "reveal"],
  ["P", "play and stop the slider"], ["B  .", "dark screen; any key brings it back"],
  ["L", "laser pointer"], ["D  E", "draw with a pen; erase"], ["T", "the data as a table"], ["Q", "QR code for the phones of the hall"],
  ["N", "notes and timer in a second window"], ["F", "full screen"], ["Esc", "close, or leave the talk"], ["?", "these keys"],
];
const NEARBY = /^\w+:\/\/(10\.|192\.168\.)/;

// Open a dialog under its title.
function openDialog(dialog, name, title, content) {
  dialog.dataset.name = name;
  const close = button("story-step", "Close", () => dialog.close(), name === "qr" ? { autofocus: "" } : {}); // not its field
  dialog.replaceChildren(element("h2", {}, [title]), ...content, close);
  if (!dialog.open) dialog.showModal();
}

/** The keys, and what they do. @param {Talk} talk */
export function showKeys({ parts, scenes, mode }) {
  const rows = KEYS.filter(([key]) => key !== "Q" || scenes[0].qr).flatMap(([key, does]) => [element("dt", {}, [key]), element("dd", {}, [does])]);
  const when = mode === "page" ? [element("p", {}, ["They work once you press Present."])] : [];
  openDialog(parts.dialog, "keys", "Keys", [...when, element("dl", { class: "story-keys" }, rows)]);
}

/** An address as people type it. @param {string} address */
export const plainAddress = (address) => address.replace(/^https?:\/\//, "");

const NO_ROOM = "This server opens no room for phones: whoever scans this finds the story and reads it alone.";
const PROMISE = "No app, no names, no accounts. Nothing is kept when the room closes, after 24 hours at the latest.";

/** Where the hall finds this scene, or in a talk the room that it follows in. @param {Talk} talk */
export function showCode(talk) {
  const { parts, scenes, current, mode, room } = talk;
  const now = mode === "talk" ? room?.now() : null;
  if (now) { showRoom(talk, now); return; }
  const { qr, public: address, title } = scenes[Math.min(current, scenes.filter(({ ending }) => !ending).length - 1)];
  if (!qr) return;
  const alone = () => openDialog(parts.dialog, "qr", title, [...codeOf(qr, address), ...(mode === "talk" && room ? [hint(NO_ROOM)] : [])]);
  if (mode === "talk" && room) room.open().then((opened) => (opened ? showCode(talk) : alone()));
  else alone();
}

// The code as large as it can be, the address for those who type it, and who is there already.
function showRoom(talk, { phones, qr, said }) {
  const { parts: { dialog }, room } = talk;
  const code = element("img", { class: "story-qr", src: qr, alt: `QR code of ${phones}` });
  openDialog(dialog, "qr", "Answer on your phone", [
    code, element("p", { class: "story-address story-joining" }, [plainAddress(phones)]), element("p", { class: "story-heads", role: "status" }, [said]),
    ...(isLocal(phones) ? reachNodes(talk) : hintsOf(phones)), hint(PROMISE), endButton(dialog, room),
  ]);
}

// It ends at the second press: nothing brings its code back.
function endButton(dialog, room) {
  let asked = false;
  const node = button("story-step", "End the room", () => {
    if (asked) { dialog.close(); room.close(); }
    asked = true;
    node.textContent = "Press again: all phones leave";
  });
  return node;
}

// The app knows of no address that the hall reaches; the speaker may.
function reachNodes(talk) {
  const field = element("input", { class: "story-reach", type: "text", inputmode: "url", placeholder: "192.168.1.20:8501", autocomplete: "off" });
  field.addEventListener("change", () => { if (talk.room.reach(field.value)) showRoom(talk, talk.room.now()); });
  return [element("label", { class: "story-muted" }, ["This address works on this computer only. The hall reaches the app at ", field])];
}

/** Say in the dialog of the code who is there now. @param {HTMLElement} dialog @param {RoomNow | null} now */
export function sayHeads(dialog, now) {
  const heads = dialog.querySelector(".story-heads");
  if (heads && now) putText(heads, now.said);
}

const hint = (text) => element("p", { class: "story-muted" }, [text]);

function hintsOf(address) {
  if (isLocal(address)) return [hint("This address works on this computer only. For the hall, set DROPVIZ_PUBLIC_URL to one that it reaches.")];
  return NEARBY.test(address) ? [hint("For phones in the network of this computer.")] : [];
}

function codeOf(qr, address) {
  const code = element("img", { class: "story-qr", src: qr, alt: `QR code of ${address}` });
  return [code, element("p", { class: "story-address" }, [address]), ...hintsOf(address)];
}

/** The data of the picture that is shown. @param {Talk} talk */
export function showTable(talk) {
  const live = talk.pictures[talk.current]?.live?.live;
  if (!live || isVeiled(talk, talk.current)) return;
  const tables = dataTables(live.payload.rows.flatMap(({ panels }) => panels), live.payload.rates, live.index);
  const region = { class: "dv story-table", role: "region", tabindex: 0, "aria-label": "data of the figure" };
  openDialog(talk.parts.dialog, "table", "The data as a table", [element("div", region, tables)]);
}

/** All scenes: one is chosen, or the story begins anew without its answers. @param {Talk} talk */
export function showScenes(talk) {
  const { act, parts: { dialog } } = talk;
  const after = (does) => (...given) => { dialog.close(); does(...given); };
  const again = button("story-step", "Start again: forget the answers", after(act.restart));
  openDialog(dialog, "scenes", "Scenes", [sceneList(talk, after(act.show)), again]);
}
