// A dozen units as bars, in training on the left and at test on the right, and the mean of all units as one line across
// both: where the two means differ, it breaks.

import { element } from "./dom.js";
import { drawMask, showMeans } from "./motion.js";
import { percent } from "./scales.js";
import { answerToHand } from "./units.js";

const ROOM = 1.45; // of the tallest activation, to the top of the picture: survivors may grow so far before they are cut

const part = (className, children = []) => element("div", { class: className }, children);

/** The nodes of the bars, without units. @param {string} of what the means are of */
export const barsNode = (of) => part("dv-bars", [
  ...["training", "test"].map((phase) => element("span", { class: "dv-phase" }, [phase])),
  part("dv-stand"), part("dv-stand"),
  part("dv-mean"), part("dv-mean"), part("dv-break"),
  element("b", { class: "dv-badge", "data-text": "badge" }),
  element("span", { class: "dv-mean-value" }, [element("small", {}, [of]), element("b", { "data-text": "train-mean" })]),
  element("span", { class: "dv-mean-value" }, [element("b", { "data-text": "test-mean" })]),
  element("button", { class: "dv-ask", type: "button", title: "Show where the mean comes from" }, ["average all"]),
]);

// Shares of the height of the picture: where 0 is, and how long a length of 1 is. The means have their place too, where
// the few units that there are lie far from them.
/** @param {[number, number][]} units @param {UnitRow} row */
function heights(units, { train_mean: train, test_mean: test }) {
  const values = [...units.map(([value]) => value), ...train, ...test];
  const tallest = Math.max(...values.map(Math.abs), 1e-30) * ROOM;
  const low = values.some((value) => value < 0) ? tallest : 0;
  return { zero: low / (tallest + low), one: 1 / (tallest + low), tallest };
}

const up = (share) => `0 ${(-100 * share).toFixed(2)}%`;

// Sets a style of a node where it is another than before.
function styling(node, name) {
  let last = "";
  return (value) => { if (value !== last) { last = value; node.style[name] = value; } };
}

// A unit: its bar, which grows from 0, and what it is before dropout as a dashed outline.
/** @param {number} value @param {ReturnType<typeof heights>} space */
function unitNodes(value, { zero, one }) {
  const bar = part("dv-column");
  const outline = part("dv-outline");
  const height = Math.abs(value) * one;
  outline.style.bottom = percent(value < 0 ? zero - height : zero);
  outline.style.height = percent(height);
  bar.style.bottom = percent(zero);
  return { node: part("dv-unit-place", [outline, bar]), grow: styling(bar, "transform") };
}

// The length of a bar, in heights of the picture; the longest are cut.
const lengthOf = (value, { tallest, one }) => (Math.sign(value) * Math.min(Math.abs(value), tallest) * one).toFixed(4);

function fillStand(stand, phase, row, live, space) {
  const { units } = live.payload;
  const drawn = units.map(([value]) => unitNodes(value, space));
  stand.replaceChildren(...drawn.map((one) => one.node));
  stand.setAttribute("aria-label", `${units.length} units ${phase ? "at test" : "in training"}, bars`);
  stand.style.borderColor = space.zero ? "transparent" : ""; // the floor is 0, or there is none
  answerToHand(stand, row, live);
  return drawn;
}

// What brings the line of means to a place of the slider.
function liftMeans(node, row, texts, space) {
  const gap = /** @type {HTMLElement} */ (node.querySelector(".dv-break"));
  const lift = [".dv-mean", ".dv-mean-value"].map((name) => [...node.querySelectorAll(name)].map((one) => styling(one, "translate")));
  const [liftGap, stretchGap] = [styling(gap, "translate"), styling(gap, "scale")];
  return (index) => {
    const [one, other] = [row.train_mean, row.test_mean].map((means) => space.zero + means[index] * space.one);
    for (const [training, test] of lift) { training(up(one)); test(up(other)); }
    liftGap(up(Math.min(one, other)));
    stretchGap(`1 ${Math.abs(one - other).toFixed(4)}`);
    node.toggleAttribute("data-broken", texts.badge[index] !== "=");
  };
}

// The bars of a phase as motion needs them; a unit falls when the rate is reached that drops it.
/** @returns {Phase} */
function phaseOf(stand, isTest, row, { payload: { units, rates }, index }, space) {
  const [factor, mean] = isTest ? [row.test[index], row.test_mean[index]] : [row.train[index], row.train_mean[index]];
  const falling = isTest ? [] : units.map(([, droppedAt], at) => ({ droppedAt, at })).filter(({ droppedAt }) => index >= droppedAt);
  const fallOrder = falling.sort((one, other) => one.droppedAt - other.droppedAt).map(({ at }) => at);
  return {
    stand, isTest, fallOrder, factor, mean, keep: isTest ? 1 : 1 - rates[index], level: (value) => space.zero + value * space.one,
    columns: [...stand.querySelectorAll(".dv-column")],
    outputs: units.map(([value], at) => (fallOrder.includes(at) ? 0 : value * factor)),
    lengths: units.map(([value]) => lengthOf(value * factor, space)),
  };
}

const drawnUnits = new WeakMap(); // by the bars' node

/**
 * Draw the units of one strategy; returns what moves them to a place of the slider.
 * @param {HTMLElement} node @param {UnitRow} row @param {Live} live
 */
export function drawBars(node, row, live) {
  const { units, texts, crowd } = live.payload;
  const space = heights(units, row);
  const stands = /** @type {HTMLElement[]} */ ([...node.querySelectorAll(".dv-stand")]);
  const [train, test] = stands.map((stand, phase) => fillStand(stand, phase, row, live, space));
  node.dataset.color = row.color;
  const put = ({ node: place, grow }, value) => {
    place.toggleAttribute("data-cut", Math.abs(value) > space.tallest);
    grow(`scaleY(${lengthOf(value, space)})`);
  };
  const lift = liftMeans(node, row, texts, space);
  const phases = () => stands.map((stand, at) => phaseOf(stand, at === 1, row, live, space));
  let isNew = drawnUnits.has(node) && drawnUnits.get(node) !== String(units); // another draw than was shown
  drawnUnits.set(node, String(units));
  let end = null; // of what is in motion
  const rest = () => { end?.(); end = null; };
  const ask = /** @type {HTMLButtonElement} */ (node.querySelector(".dv-ask"));
  ask.onclick = () => {
    const isShown = node.querySelector(".dv-crowd");
    rest();
    if (!isShown) end = showMeans(phases(), crowd, rest);
  };
  return (index) => {
    rest();
    units.forEach(([value, droppedAt], at) => {
      const dropped = index >= droppedAt;
      train[at].node.toggleAttribute("data-fallen", dropped);
      put(train[at], dropped ? 0 : value * row.train[index]);
      put(test[at], value * row.test[index]);
    });
    lift(index);
    if (isNew) end = drawMask(phases()[0]);
    isNew = false;
  };
}
