// Motion with a meaning: the mask is drawn (units fall one by one), the units run into the histogram of all that there
// could be, and that into its mean. It lies over the bars and leaves them as they were.

import { element } from "./dom.js";
import { percent } from "./scales.js";

const MASK_MS = 600;
const MEANS_MS = 8000;
// The share of that time at which each part of it ends; then the bars are back.
const UNTIL = { mask: 0.2, ways: 0.4, all: 0.5, seen: 0.7, mean: 0.8, rest: 0.95 };
const CHANGE = 0.01; // of that time, from one caption to the next
const LONGEST = 0.4; // of the width, the densest bin: what is said of all units stands beside it
const APART = 12; // pixels from a unit to the next in its bin
const ROUNDING = 1e-9; // per cent
const FAINT = 0.08; // opacity of the bars meanwhile

/**
 * The histogram of outputs: its bins, each with its share of all units in per cent, and the share that is 0.
 * @param {Payload["crowd"]} crowd @param {number} factor @param {number} keep
 */
export function binsOf([edges, shares, zero], factor, keep) {
  const bins = shares.map((share, at) => ({ low: edges[at] * factor, high: edges[at + 1] * factor, share: share * keep }));
  return { bins, zero: 100 - keep * (100 - zero) };
}

/**
 * The bin of each output (null: 0, −1: none, and the place beside it), and how many before it lie there.
 * @param {number[]} outputs @param {{ low: number, high: number }[]} bins
 */
export function heapOf(outputs, bins) {
  const within = outputs.map((output) => (output ? bins.findIndex(({ low, high }) => low <= output && output <= high) : null));
  return within.map((bin, at) => ({ bin, before: within.slice(0, at).filter((other) => other === bin).length }));
}

/**
 * How a bar falls when its `turn` of `count` comes, in a share of the time.
 * @param {string} length @param {number} turn @param {number} count @param {number} [until]
 * @returns {[number, string][]}
 */
export const fallOf = (length, turn, count, until = 1) => {
  const [stands, lies] = [`scaleY(${length})`, "scaleY(0)"];
  return [[0, stands], [(until * turn) / count, stands], [(until * (turn + 1)) / count, lies], [1, lies]];
};

const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// Without motion, what would be reached is there at once.
function setGoing(node, name, way, duration) {
  const easing = isCalm() ? "step-end" : "ease-in-out";
  return node.animate(way.map(([offset, value]) => ({ offset, [name]: value, easing })), duration);
}

const fallen = ({ columns, fallOrder, lengths }, duration, until) => fallOrder.map((one, turn) =>
  setGoing(columns[one], "transform", fallOf(lengths[one], turn, fallOrder.length, until), duration));

/** Draw the mask; returns what ends it. @param {Phase} phase */
export function drawMask(phase) {
  const running = isCalm() ? [] : fallen(phase, MASK_MS, 1);
  return () => { for (const one of running) one.cancel(); };
}

// Below 100 % where not all are, and in one line.
const shareWords = (share) => `${share < 99.9 ? Number(share.toPrecision(2)) : Math.floor(10 * share) / 10}\u00A0%`;

/**
 * What is said of all units: which are 0 and why, and how many lie above and below the picture.
 * @param {Payload["crowd"]} crowd @param {Phase} phase
 */
export function crowdWords(crowd, { factor, keep, isTest, level }) {
  const { bins, zero } = binsOf(crowd, factor, keep);
  const beyond = (isThere) => bins.reduce((sum, { low, high, share }) => sum + (isThere(level((low + high) / 2)) ? share : 0), 0);
  const said = (share, words) => (share > ROUNDING ? [`${shareWords(share)} ${words}`] : []);
  return {
    zero: said(zero, "are 0"),
    high: [...said(100 * (1 - keep), "dropped"), ...said(keep * crowd[2], isTest ? "on, but of value 0" : "kept, but of value 0"),
      ...said(beyond((place) => place > 1), "above ↑")],
    low: said(beyond((place) => place < 0), "below ↓"),
  };
}

/** What each part of the motion shows, at a rate that keeps this share. @param {number} keep */
export const stages = (keep) => [
  keep < 1 ? "some units drop in training" : "at rate 0 no unit drops", "all units, stacked by output", "the line is their average",
];

const bar = (className, style, words = []) => element("div", { class: className, style }, words);

// The histogram and the units in it, where they will be. What is 0 has no length among densities: its stem is broken.
function crowdNodes(phase, crowd, { bins }, densest) {
  const { outputs, level, mean } = phase;
  const { zero, high, low } = crowdWords(crowd, phase);
  const lying = bins.filter(({ share }) => share).map(({ low, high, share }) => bar("dv-bin", `bottom: ${percent(level(low))};
    height: ${percent(level(high) - level(low))}; width: ${percent((LONGEST * share) / (high - low) / densest)}`));
  if (zero.length) lying.push(bar("dv-at-zero", `bottom: ${percent(level(0))}`));
  const blocks = heapOf(outputs, bins).map(({ before }, at) =>
    bar("dv-block", `bottom: ${percent(level(outputs[at]))}; left: ${before * APART}px`));
  const sheet = element("div", { class: "dv-crowd", style: `transform-origin: 0 ${percent(1 - level(mean))}` }, [...lying, ...blocks]);
  const words = [
    bar("dv-all", "top: 0", high.map((one) => bar("", "", [one]))), bar("dv-all", "bottom: 0", low),
    ...zero.map((one) => bar("dv-zero", level(0) ? `top: ${percent(1 - level(0))}` : "bottom: 0", [one])),
  ];
  return { lying, blocks, sheet, words };
}

// What leads a block from its bar to its bin, by transforms alone.
function wayOf(block, column) {
  const [from, to] = [column, block].map((one) => one.getBoundingClientRect());
  return `translate(${from.left - to.left}px, ${from.top - to.top}px) scale(${from.width / to.width}, ${from.height / to.height})`;
}

/**
 * Show where the means come from; returns what ends it, and calls `whenOver` when it has.
 * @param {Phase[]} phases @param {Payload["crowd"]} crowd @param {() => void} whenOver
 */
export function showMeans(phases, crowd, whenOver) {
  const histograms = phases.map(({ factor, keep }) => binsOf(crowd, factor, keep));
  const densest = Math.max(...histograms.flatMap(({ bins }) => bins.map(({ low, high, share }) => share / (high - low))));
  const drawn = phases.map((phase, at) => crowdNodes(phase, crowd, histograms[at], densest));
  phases.forEach(({ stand }, at) => stand.append(drawn[at].sheet, ...drawn[at].words));
  const captions = stages(phases[0].keep).map((words) => bar("dv-said", "", [words]));
  phases[0].stand.parentElement.append(...captions);
  const ways = drawn.map(({ blocks }, at) => blocks.map((block, one) => wayOf(block, phases[at].columns[one])));
  /** @type {Animation[]} */
  const running = [];
  const run = (node, name, ...way) => { running.push(setGoing(node, name, way, MEANS_MS)); };
  const until = [0, UNTIL.mask, UNTIL.seen, UNTIL.rest];
  captions.forEach((one, at) => {
    const [from, to] = [until[at], until[at + 1]];
    run(one, "opacity", [0, 0], [from, 0], [from + CHANGE, 1], [to - CHANGE, 1], [to, 0], [1, 0]);
  });
  phases.forEach((phase, at) => {
    const { lying, blocks, sheet, words } = drawn[at];
    running.push(...fallen(phase, MEANS_MS, UNTIL.mask));
    for (const column of phase.columns) run(column.parentElement, "opacity", [0, 1], [UNTIL.mask, 1], [UNTIL.ways, FAINT], [UNTIL.rest, FAINT], [1, 1]);
    blocks.forEach((block, one) => run(block, "transform", [0, ways[at][one]], [UNTIL.mask, ways[at][one]], [UNTIL.ways, "none"], [1, "none"]));
    for (const one of lying) run(one, "transform", [0, "scaleX(0)"], [UNTIL.ways, "scaleX(0)"], [UNTIL.all, "none"], [1, "none"]);
    for (const one of words) run(one, "opacity", [0, 0], [UNTIL.ways, 0], [UNTIL.all, 1], [UNTIL.seen, 1], [UNTIL.mean, 0], [1, 0]);
    run(sheet, "transform", [0, "none"], [UNTIL.seen, "none"], [UNTIL.mean, "scaleY(0.02)"], [1, "scaleY(0.02)"]);
    run(sheet, "opacity", [0, 1], [UNTIL.rest, 1], [1, 0]);
  });
  running[0].onfinish = whenOver;
  return () => {
    for (const one of running) one.cancel();
    for (const one of [...captions, ...drawn.flatMap(({ sheet, words }) => [sheet, ...words])]) one.remove();
  };
}
