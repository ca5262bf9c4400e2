// A dozen units as bars, in training on the left and at test on the right, and the mean of all units as one line across
// both: where the two means part, it breaks.

import { element } from "./dom.js";
import { answerToHand } from "./units.js";

const ROOM = 1.75; // of the tallest activation, to the top of the picture: survivors may grow so far before they are cut

const part = (className, children = []) => element("div", { class: className }, children);

/** The nodes of the bars, without units. @param {string} of what the means are of */
export const barsNode = (of) => part("dv-bars", [
  ...["training", "test"].map((phase) => element("span", { class: "dv-phase" }, [phase])),
  part("dv-stand"), part("dv-stand"),
  part("dv-mean"), part("dv-mean"), part("dv-break"),
  element("b", { class: "dv-badge", "data-text": "badge" }),
  element("span", { class: "dv-mean-value" }, [element("small", {}, [of]), element("b", { "data-text": "train-mean" })]),
  element("span", { class: "dv-mean-value" }, [element("b", { "data-text": "test-mean" })]),
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

const percent = (share) => `${(100 * share).toFixed(2)}%`;

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

/**
 * Draw the units of one strategy; returns what moves them to a place of the slider.
 * @param {HTMLElement} node @param {UnitRow} row @param {Live} live
 */
export function drawBars(node, row, live) {
  const { units, texts } = live.payload;
  const space = heights(units, row);
  const stands = /** @type {HTMLElement[]} */ ([...node.querySelectorAll(".dv-stand")]);
  const [train, test] = stands.map((stand, phase) => {
    const drawn = units.map(([value]) => unitNodes(value, space));
    stand.replaceChildren(...drawn.map((one) => one.node));
    stand.setAttribute("aria-label", `${units.length} units ${phase ? "at test" : "in training"}, bars`);
    stand.style.borderColor = space.zero ? "transparent" : ""; // the floor is 0, or there is none
    answerToHand(stand, row, live);
    return drawn;
  });
  node.dataset.color = row.color;
  const put = ({ node: place, grow }, value) => {
    const length = Math.min(Math.abs(value), space.tallest);
    place.classList.toggle("dv-cut-off", length < Math.abs(value));
    grow(`scaleY(${(Math.sign(value) * length * space.one).toFixed(4)})`);
  };
  const gap = /** @type {HTMLElement} */ (node.querySelector(".dv-break"));
  const lift = [".dv-mean", ".dv-mean-value"].map((name) => [...node.querySelectorAll(name)].map((one) => styling(one, "translate")));
  const [liftGap, stretchGap] = [styling(gap, "translate"), styling(gap, "scale")];
  return (index) => {
    units.forEach(([value, droppedAt], at) => {
      const dropped = index >= droppedAt;
      train[at].node.classList.toggle("dv-fallen", dropped);
      put(train[at], dropped ? 0 : value * row.train[index]);
      put(test[at], value * row.test[index]);
    });
    const [one, other] = [row.train_mean, row.test_mean].map((means) => space.zero + means[index] * space.one);
    for (const [training, test] of lift) { training(up(one)); test(up(other)); }
    liftGap(up(Math.min(one, other)));
    stretchGap(`1 ${Math.abs(one - other).toFixed(4)}`);
    node.classList.toggle("dv-broken", texts.badge[index] !== "=");
  };
}
