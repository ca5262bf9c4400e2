// The pictures of a story, one a scene, drawn when they are wanted or while nobody waits. Where a question asks for a
// number, a point is dragged, or moved by keys, to where the curve is thought to be, before that is shown.

import { element, furnish } from "./dom.js";
import { mount } from "./figure.js";
import { layoutFor, scale } from "./scales.js";

const DESIGN_WIDTH = 425; // pixels that a picture is drawn for
const PAGE_FACTOR = 1.3; // most that it is enlarged on an ordinary page, where words stand close by
const IDLE_MS = 60;
const KEY_STEPS = 50; // from the bottom of the axis to its top

/** A number as a person says it. */
export const rounded = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

// Where a dragged point stands in the first panel: pixels from values, and back.
function guessAxis(payload, width) {
  const layout = layoutFor(payload, width);
  const toX = scale(layout, "x");
  const toY = scale(layout, "y");
  const [top, bottom] = toY.ends;
  const [low, high] = layout.yaxis.range;
  const raised = layout.yaxis.type === "log" ? (unit) => 10 ** unit : (unit) => unit;
  return { toX, toY, top, bottom, value: (pixel) => raised(low + ((high - low) * (bottom - pixel)) / (bottom - top)) };
}

// Put the point of a question into a picture; where it stands goes into `answer.guess` until that is revealed.
function addGuess({ dv, payload }, question, answer, reveal) {
  const plot = dv.querySelector(".dv-plot");
  const said = element("span", { class: "story-guess-value" });
  const point = element("div", {
    class: "story-guess", role: "slider", tabindex: 0, "aria-label": question.text, "aria-orientation": "vertical",
  }, [said]);
  let axis;
  const guessed = () => answer.guess ?? axis.value((axis.top + axis.bottom) / 2);
  const place = () => {
    axis = guessAxis(payload, plot.clientWidth);
    const value = rounded(guessed());
    point.style.left = `${axis.toX(question.drag.rate)}px`;
    point.style.top = `${axis.toY(guessed())}px`;
    said.textContent = answer.guess === null ? "drag ↕" : value;
    const [lowest, highest] = [axis.bottom, axis.top].map((end) => rounded(axis.value(end)));
    furnish(point, {
      "aria-valuenow": value, "aria-valuemin": lowest, "aria-valuemax": highest, "aria-valuetext": value,
    });
  };
  const set = (pixel) => {
    if (answer.revealed) return;
    answer.guess = axis.value(Math.max(axis.top, Math.min(axis.bottom, pixel)));
    place();
  };
  point.addEventListener("pointerdown", (event) => {
    point.setPointerCapture(event.pointerId);
    event.preventDefault();
    point.focus();
  });
  point.addEventListener("pointermove", (event) => {
    if (point.hasPointerCapture(event.pointerId)) set(event.clientY - plot.getBoundingClientRect().top);
  });
  point.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    if (by) set(axis.toY(guessed()) + (by * (axis.bottom - axis.top)) / KEY_STEPS);
    else reveal();
  });
  plot.append(point);
  new ResizeObserver(place).observe(plot);
  place();
  return point;
}

// Show whether the answer is said, or was never given.
function markGuess(point, { revealed, guess }) {
  point.classList.toggle("story-said", revealed);
  point.classList.toggle("story-unsaid", revealed && guess === null);
  point.tabIndex = revealed ? -1 : 0;
}

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
