// The notes: what is told of a scene, that scene and the next as small pictures, and a clock, in a second window that
// keeps in step with the talk.

import { createClock } from "./clock.js";
import { element } from "./dom.js";
import { mount } from "./figure.js";
import { imageNode } from "./pictures.js";
import { percent } from "./scales.js";
import { hallShare, stripNode } from "./tally.js";
import { answerLine } from "./telling.js";
import { bare } from "./words.js";

const CHANNEL = "dropviz-story";
const MINI = 0.86; // most of its size in a talk that a small picture has

const noteLines = ({ scene, revealed, dark }, told) => {
  const line = (className, text) => element("p", { class: className }, [text]);
  const where = told.ending ? "The end" : `Scene ${scene + 1} of ${told.scenes}`;
  const state = [revealed && "revealed", dark && "the screen is dark"].filter(Boolean);
  return [
    line("story-count", [where, ...state].join(", ")),
    element("h2", { class: "story-title" }, [told.title]),
    line("story-muted", told.sentence),
    ...told.notes.split("\n").filter(Boolean).map((text) => line("", text)),
    ...(told.ask ? [line("story-ask", told.ask), line("story-answer", told.answer)] : []),
    ...(told.reveal ? [line("", told.reveal)] : []),
  ];
};

// A scene as a small picture, its curves shown, that nobody can touch; `end` takes it away.
function miniature(heading, scene) {
  const frame = element("div", { class: "story-mini-frame", inert: "" });
  const node = element("figure", { class: "story-mini" }, [element("figcaption", {}, [heading]), frame]);
  let live = null;
  // All of it is seen, however tall.
  const fit = () => {
    const shown = /** @type {HTMLElement | null} */ (frame.firstElementChild);
    if (!shown?.offsetHeight) return;
    shown.style.scale = String(Math.min(MINI, frame.clientHeight / shown.offsetHeight, frame.clientWidth / shown.offsetWidth));
  };
  const watcher = new ResizeObserver(fit);
  const draw = () => {
    if (scene?.image) frame.append(imageNode(scene.image));
    else if (scene?.picture) {
      const dv = element("div", { class: "dv" });
      frame.append(dv);
      live = mount(dv, scene.picture, scene.picture.rates[scene.picture.start]);
    } else if (scene?.sentence) frame.append(element("p", {}, [bare(scene.sentence)]));
    for (const shown of frame.children) watcher.observe(shown);
  };
  const end = () => {
    watcher.disconnect();
    live?.destroy();
  };
  return { node, draw, end };
}

// This scene and the next; those of another story, whose pictures are not here, as their titles alone.
function createMiniatures({ scenes }) {
  const node = element("div", { class: "story-minis" });
  let shown = [];
  let drawnFor = "";
  const end = () => shown.forEach((one) => one.end());
  return {
    node, end,
    show: (at, { title, next }) => {
      const key = JSON.stringify([at, title, next]);
      if (key === drawnFor) return;
      drawnFor = key;
      end();
      const own = (index, name) => (scenes[index]?.title === name ? scenes[index] : null);
      const following = next ? [miniature(`Next: ${next}`, own(at + 1, next))] : [];
      shown = [miniature(`Now: ${title}`, own(at, title)), ...following];
      node.replaceChildren(...shown.map((one) => one.node));
      for (const one of shown) one.draw();
    },
  };
}

// What only the speaker sees: how the hall has answered, before it is revealed too.
function hallNodes(room) {
  if (!room) return [];
  const { code, lost, said, tally, options } = room;
  const line = element("p", { class: "story-room" }, [`Room ${code}: ${lost ? "line lost, trying again" : said}`]);
  if (!tally) return [line];
  if (tally.strip) return [line, element("p", {}, [tally.said]), stripNode(tally.strip, tally.said)];
  const rows = options.map(({ text, right }, at) => element("li", { style: `--share: ${percent(tally.shares[at])}` }, [
    element("span", {}, [right ? `✓ ${text}` : text]), element("span", { class: "story-share" }, [hallShare(tally.shares[at])]),
  ]));
  return [line, element("ul", { class: "story-shares" }, rows)];
}

/**
 * Show the notes: `show` tells a scene there, `noted` is the one told, `answered` whether by a talk.
 * @param {Talk} talk @returns {Notes}
 */
export function createNotes(talk) {
  const { parts } = talk;
  const clock = createClock();
  const minis = createMiniatures(talk);
  const body = element("div", { class: "story-note-body" });
  let before = "";
  const notes = {
    answered: false,
    noted: { at: 0, count: 1 },
    show: (place, told, room) => {
      const { scene, revealed } = place;
      notes.noted = { at: scene, count: told.count };
      body.replaceChildren(...noteLines(place, told), ...hallNodes(room));
      body.dataset.scene = scene + 1;
      minis.show(scene, told);
      parts.back.disabled = scene === 0;
      parts.next.disabled = scene === told.count - 1;
      parts.reveal.hidden = !told.ask;
      parts.reveal.disabled = revealed;
      parts.reveal.textContent = revealed ? "✓ Revealed" : "Reveal";
      const now = `${scene} ${revealed}`;
      if (notes.answered && before && before !== now) clock.start(); // with the first step of the talk
      if (notes.answered) before = now;
    },
    destroy: () => { clock.stop(); minis.end(); },
  };
  parts.notes.append(clock.node, element("div", { class: "story-note-columns" }, [body, minis.node]));
  return notes;
}

/** Open the second window. @param {Talk} talk */
export function openNotes(talk) {
  const address = new URL(location.href);
  address.searchParams.set("mode", "notes");
  address.searchParams.set("scene", String(talk.current + 1));
  talk.notesWindow = window.open(address.href, "dropviz-notes", "width=1100,height=760");
}

/**
 * What the notes window shows; it gets this from the talk, whose story may be a lecturer's own.
 * @param {Scene[]} scenes @param {number} at @returns {Tale}
 */
export function tale(scenes, at) {
  const { title, sentence, notes, reveal, question, ending = false } = scenes[at];
  return {
    title, sentence: bare(sentence), notes, reveal: bare(reveal), ending, count: scenes.length, scenes: scenes.filter((one) => !one.ending).length,
    next: scenes[at + 1]?.title ?? "", ask: bare(question?.text ?? ""), answer: question ? answerLine(question) : "",
  };
}

/**
 * Speak to the other window: by a channel within a browser, and by the opener's own line where a file has no channel.
 * `hear` gets what the other window says.
 * @param {Talk} talk @param {(message: Message) => void} hear
 */
export function createLine(talk, hear) {
  const bus = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  const from = Math.random();
  const home = window.origin === "null" ? "*" : window.origin; // files have none; a page that opened ours may be another's
  const heard = new Map(); // by sender, the number of its last message: each comes on both ways, and is heard once
  let sent = 0;
  const listen = ({ data: message, origin }) => {
    if (origin !== window.origin || !message?.dropviz || message.number <= (heard.get(message.from) ?? 0)) return;
    heard.set(message.from, message.number);
    hear(message);
  };
  bus?.addEventListener("message", listen);
  window.addEventListener("message", listen);
  return {
    send: (message) => {
      sent += 1;
      const parcel = { dropviz: true, from, number: sent, ...message };
      bus?.postMessage(parcel);
      for (const other of [talk.notesWindow, window.opener]) {
        try { other?.postMessage(parcel, home); } catch { /* closed */ }
      }
    },
    close: () => {
      bus?.close();
      window.removeEventListener("message", listen);
    },
  };
}
