// The pictures of a story, one a scene, drawn when they are wanted or while nobody waits. Where a question asks for a
// number, a point is dragged, or moved by keys, to where the curve is thought to be, before that is shown.

import { element, furnish } from "./dom.js";
import { mount } from "./figure.js";
import { TYPE } from "./panel.js";
import { rounded } from "./scales.js";

const DESIGN_WIDTH = 425; // pixels that a picture is drawn for
const PAGE_FACTOR = 1.3; // most that it is enlarged on an ordinary page, where words stand close by
const SMALLEST_TYPE = { page: 14, talk: 16 }; // pixels
const IDLE_MS = 60;
const KEY_STEPS = 50; // from the bottom of the axis to its top

// Put the point of a question into a picture; where it stands goes into `answer.guess` until that is revealed.
function addGuess({ dv, live: { live } }, question, answer, { reveal, letGo }) {
  const plot = dv.querySelector(".dv-box");
  const said = element("span", { class: "story-guess-value" });
  const gap = element("span", { class: "story-guess-gap" }); // from what was said to what is true
  const point = element("div", {
    class: "story-guess", role: "slider", tabindex: 0, "aria-label": question.text, "aria-orientation": "vertical",
  }, [said, gap]);
  const axis = () => live.drawn[0].toY;
  const guessed = () => answer.guess ?? axis().value((axis().ends[0] + axis().ends[1]) / 2);
  const place = () => {
    const value = rounded(guessed());
    point.style.left = `${live.drawn[0].toX(question.drag.rate)}px`;
    point.style.top = `${axis()(guessed())}px`;
    said.textContent = answer.guess === null ? "drag ↕" : answer.revealed ? `you: ${value}` : value;
    const down = axis()(question.value) - axis()(guessed());
    gap.style.height = `${Math.abs(down)}px`;
    gap.style.top = down < 0 ? `calc(50% - ${-down}px)` : "50%";
    const [highest, lowest] = axis().ends.map((end) => rounded(axis().value(end)));
    furnish(point, {
      "aria-valuenow": value, "aria-valuemin": lowest, "aria-valuemax": highest, "aria-valuetext": value,
    });
  };
  const set = (pixel) => {
    if (answer.revealed) return;
    const [top, bottom] = axis().ends;
    answer.guess = axis().value(Math.max(top, Math.min(bottom, pixel)));
    place();
  };
  const by = (steps) => set(axis()(guessed()) + (steps * (axis().ends[1] - axis().ends[0])) / KEY_STEPS);
  listenToGuess(point, { plot, set, by, reveal, letGo });
  plot.append(point);
  new ResizeObserver(place).observe(plot);
  place();
  return { point, place };
}

// A hand sets the point, an arrow key moves it, Enter is the answer.
function listenToGuess(point, { plot, set, by, reveal, letGo }) {
  point.addEventListener("pointerdown", (event) => {
    point.setPointerCapture(event.pointerId);
    event.preventDefault();
    point.focus();
  });
  point.addEventListener("pointermove", (event) => {
    if (point.hasPointerCapture(event.pointerId)) set(event.clientY - plot.getBoundingClientRect().top);
  });
  point.addEventListener("lostpointercapture", letGo);
  point.addEventListener("keydown", (event) => {
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!steps && event.key !== "Enter") return;
    event.preventDefault();
    if (steps) { by(steps); letGo(); } else reveal();
  });
}

// Show whether the answer is said, or was never given.
function markGuess({ point, place }, { revealed, guess }) {
  place();
  point.classList.toggle("story-said", revealed);
  point.classList.toggle("story-unsaid", revealed && guess === null);
  point.tabIndex = revealed ? -1 : 0;
}

/**
 * Draw the pictures as much larger than designed as there is room for, type and all.
 * @param {Pick<Talk, "parts" | "mode" | "pictures">} talk
 */
export function fitPictures({ parts, mode, pictures }) {
  const width = parts.pictures.clientWidth;
  if (!width) return;
  const most = mode === "talk" ? Infinity : PAGE_FACTOR;
  const type = Math.max(SMALLEST_TYPE[mode] ?? SMALLEST_TYPE.page, TYPE * Math.min(most, width / DESIGN_WIDTH));
  if (Math.abs(type - parseFloat(parts.pictures.style.getPropertyValue("--dv-type"))) < 0.2) return;
  parts.pictures.style.setProperty("--dv-type", `${type}px`);
  for (const one of pictures.filter(Boolean)) one.live?.redraw();
}

/** An image of the story's file. @param {{ address: string, alt: string }} image */
export const imageNode = ({ address, alt }) => element("img", { class: "story-image", src: address, alt });

const hasPicture = ({ picture, image }) => Boolean(picture || image);

// Draw the picture of scene `at`, if it has one that is not there yet.
function pictureOf(talk, at) {
  const { pictures, scenes } = talk;
  if (pictures[at] || !hasPicture(scenes[at])) return;
  const box = element("div", { class: "story-picture" });
  box.inert = at !== talk.current;
  box.addEventListener("animationend", () => box.classList.remove("story-unveiled"));
  talk.parts.pictures.append(box);
  pictures[at] = scenes[at].image ? { box } : { box, ...curvesIn(box, talk, at) };
  if (scenes[at].image) box.append(imageNode(scenes[at].image));
  cover(talk, at);
}

function curvesIn(box, talk, at) {
  const { question, picture, veil } = talk.scenes[at];
  const dv = element("div", { class: "dv" });
  box.append(dv);
  if (veil === "all") {
    const said = { role: "img", "aria-label": "Axes only: the curves appear when you have answered." };
    box.append(element("p", { class: "story-veil", ...said }, question?.drag ? [] : ["?"]));
  }
  const one = { dv, live: mount(dv, picture, picture.rates[picture.start], { plotly: talk.settings.plotly }) };
  if (!question?.drag) return one;
  const letGo = () => { if (!talk.answers[at].revealed) talk.hall?.answered(at); };
  return { ...one, guess: addGuess(one, question, talk.answers[at], { reveal: talk.act.reveal, letGo }) };
}

/** Take all pictures away. @param {Talk} talk */
export function dropPictures({ pictures }) {
  for (const one of pictures.filter(Boolean)) {
    one.live?.destroy();
    one.box.remove();
  }
  pictures.length = 0;
}

const waitsFor = ({ scenes, answers }, at) => (answers[at].revealed ? "" : scenes[at].veil);

/** Whether the curves of scene `at` wait for an answer. @param {Talk} talk @param {number} at */
export const isVeiled = (talk, at) => waitsFor(talk, at) === "all";

/**
 * Veil the picture of scene `at`, or take the veil away; where this is `seen`, the curves are drawn from left to right.
 * @param {Talk} talk @param {number} at @param {boolean} [seen]
 */
export function cover(talk, at, seen = false) {
  const one = talk.pictures[at];
  if (!one?.dv) return;
  const veil = waitsFor(talk, at);
  one.box.classList.toggle("story-veiled", veil === "all");
  one.box.classList.toggle("story-meanless", veil === "means");
  one.box.classList.toggle("story-unveiled", seen && talk.scenes[at].veil !== "");
  /** @type {HTMLElement} */
  const bar = one.dv.querySelector(".dv-bar");
  if (bar) bar.inert = veil === "all";
  if (one.guess) markGuess(one.guess, talk.answers[at]);
}

/**
 * Show the picture of the present scene; then draw its neighbours, so that the next is there when it is called.
 * @param {Talk} talk
 */
export function showPicture(talk) {
  const { current, pictures } = talk;
  pictureOf(talk, current);
  pictures.forEach(({ box }, at) => {
    box.classList.toggle("story-now", at === current);
    box.inert = at !== current;
  });
  cover(talk, current);
  prepare(talk);
}

function prepare(talk) {
  const { current, scenes, pictures, mode } = talk;
  clearTimeout(talk.idle);
  const missing = [current + 1, current - 1, ...scenes.keys()].find((at) => scenes[at] && hasPicture(scenes[at]) && !pictures[at]);
  if (missing === undefined || mode === "notes") return;
  talk.idle = setTimeout(() => {
    if (talk.destroyed) return;
    pictureOf(talk, missing);
    prepare(talk);
  }, IDLE_MS);
}
