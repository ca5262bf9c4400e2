// The pictures of a story, one a scene, drawn when they are wanted or while nobody waits.

import { element } from "./dom.js";
import { mount } from "./figure.js";
import { addGuess, markGuess } from "./guess.js";

const DESIGN_WIDTH = 425; // pixels that a picture is drawn for
const PAGE_FACTOR = 1.3; // most that it is enlarged on an ordinary page, where words stand close by
const IDLE_MS = 60;

// The same figure, larger, type and all: every length of its layout and its lines.
function enlarge(payload, factor) {
  const grown = structuredClone(payload);
  const { data, layout } = grown.figure;
  const scaled = (owner, name) => { if (typeof owner?.[name] === "number") owner[name] *= factor; };
  scaled(layout, "height");
  for (const side of "lrtb") scaled(layout.margin, side);
  scaled(layout.font, "size");
  for (const note of layout.annotations ?? []) scaled(note.font, "size");
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    scaled(axis.tickfont, "size");
    scaled(axis.title?.font, "size");
    scaled(axis.title, "standoff");
  }
  for (const { line, marker } of data) {
    scaled(line, "width");
    if (/px/.test(line?.dash)) line.dash = line.dash.replace(/[\d.]+/g, (length) => length * factor);
    if (Array.isArray(marker?.size)) marker.size = marker.size.map((size) => size * factor);
    else scaled(marker, "size");
  }
  return grown;
}

/** Set how much larger than designed the pictures are to be drawn; true where that is no longer what it was. */
export function fitPictures(talk) {
  const width = talk.parts.pictures.clientWidth;
  if (!width) return false;
  const most = talk.mode === "talk" ? Infinity : PAGE_FACTOR;
  const factor = Math.max(1, Math.min(most, width / DESIGN_WIDTH));
  if (Math.abs(factor - talk.factor) < 0.02) return false;
  talk.factor = factor;
  return true;
}

// Draw the picture of scene `at`, if it is not there yet; its `ready` is a promise.
function pictureOf(talk, at) {
  const { pictures, scenes, answers } = talk;
  if (pictures[at]) return pictures[at];
  const { question, picture } = scenes[at];
  const dv = element("div", { class: "dv" });
  const veil = element("p", {
    class: "story-veil", role: "img", "aria-label": "Axes only: the curves appear when you have answered.",
  }, question?.drag ? [] : ["?"]);
  const box = element("div", { class: "story-picture" }, [dv, veil]);
  box.inert = at !== talk.current;
  talk.parts.pictures.append(box);
  const payload = enlarge(picture, talk.factor || 1);
  const one = { box, dv, payload, live: null };
  one.ready = talk.plotly.then(async (Plotly) => {
    if (talk.destroyed || pictures[at] !== one) return;
    one.live = mount(dv, payload, payload.rates[payload.start], Plotly);
    await one.live.ready;
    if (question?.drag) one.guess = addGuess(one, question, answers[at], talk.act.reveal);
    cover(talk, at);
  });
  pictures[at] = one;
  return one;
}

/** Take all pictures away. */
export function dropPictures({ pictures }) {
  for (const one of pictures.filter(Boolean)) {
    one.live?.destroy();
    one.box.remove();
  }
  pictures.length = 0;
}

/** Whether the curves of scene `at` wait for an answer. */
export const isVeiled = ({ scenes, answers }, at) => scenes[at].veiled && !answers[at].revealed;

/** Veil the picture of scene `at`, or take the veil away. */
export function cover(talk, at) {
  const one = talk.pictures[at];
  if (!one) return;
  const veiled = isVeiled(talk, at);
  one.box.classList.toggle("story-veiled", veiled);
  const bar = one.dv.querySelector(".dv-bar");
  if (bar) bar.inert = veiled;
  if (one.guess) markGuess(one.guess, talk.answers[at]);
}

/** Show the picture of the present scene; then draw its neighbours, so that the next is there when it is called. */
export function showPicture(talk) {
  const { current, pictures } = talk;
  const { ready } = pictureOf(talk, current);
  pictures.forEach(({ box }, at) => {
    box.classList.toggle("story-now", at === current);
    box.inert = at !== current;
  });
  cover(talk, current);
  ready.then(() => prepare(talk));
}

function prepare(talk) {
  const { current, scenes, pictures, mode } = talk;
  clearTimeout(talk.idle);
  const missing = [current + 1, current - 1, ...scenes.keys()].find((at) => scenes[at] && !pictures[at]);
  if (missing === undefined || mode === "notes") return;
  talk.idle = setTimeout(() => {
    if (!talk.destroyed) pictureOf(talk, missing).ready.then(() => prepare(talk));
  }, IDLE_MS);
}
