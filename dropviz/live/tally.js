// How a hall has answered: what share of it chose each option, or where its predictions lie beside the truth.

import { element } from "./dom.js";
import { percent, rounded, scale, tickText, ticksOf } from "./scales.js";

const TICKS = 5; // below the predictions, about

// A share of people: not none where there is one, not all where one is missing.
const percentage = (share) => {
  if (share > 0 && share < 0.01) return "<1\u00A0%";
  return share < 1 && share > 0.99 ? ">99\u00A0%" : `${Math.round(100 * share)}\u00A0%`;
};

/** A share of the hall in words. @param {number} share */
export const hallShare = (share) => `hall ${percentage(share)}`;

// Predictions of a value, counted in bins of an axis.
function predictions({ bins, right, ...axis }, { value, drag }, total) {
  const place = scale(/** @type {Axis} */ (axis), 0, 1);
  const within = (one) => Math.max(0, Math.min(1, place(one) || 0)); // a logarithm has no place for 0
  const most = Math.max(...bins);
  return {
    said: `The hall: ${percentage(right / total)} right.`,
    strip: {
      heights: bins.map((votes) => votes / most), truth: within(value), shown: rounded(value),
      right: [value - drag.within, value + drag.within].map(within),
      ticks: ticksOf(/** @type {Axis} */ ({ ...axis, ticks: null }), TICKS).map((tick) => ({ text: tickText(tick), place: place(tick) })),
    },
  };
}

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/**
 * What the votes come to; null where there are none.
 * @param {Question | null} question @param {Counts | null | undefined} counts @returns {Tally | null}
 */
export function tallyOf(question, counts) {
  if (!question || !counts) return null;
  const votes = "bins" in counts ? counts.bins : counts;
  const total = sum(votes);
  if (!total) return null;
  if ("bins" in counts) return { shares: [], ...predictions(counts, question, total) };
  return { shares: counts.map((one) => one / total), said: "", strip: null };
}

/**
 * What share of the votes is right; null where there are none.
 * @param {Question} question @param {Counts | null | undefined} counts @returns {number | null}
 */
export function rightShare(question, counts) {
  const votes = counts && ("bins" in counts ? counts.bins : counts);
  if (!votes || !sum(votes)) return null;
  const right = "bins" in counts ? counts.right : sum(votes.filter((_, at) => question.options[at].right));
  return right / sum(votes);
}

// Where words may stand so as not to leave the strip.
const inside = (place) => Math.max(0.04, Math.min(0.96, place));

/** The predictions as heaps over the axis of their picture, and the truth. @param {Strip} strip @param {string} said */
export function stripNode({ heights, truth, shown, right: [low, high], ticks }, said) {
  const part = (name, style, words = []) => element("span", { class: `story-${name}`, style }, words);
  const heaps = heights.map((height, at) => part("heap", `left: ${percent(at / heights.length)}; width: ${percent(1 / heights.length)}; height: ${percent(height)}`));
  const lane = element("div", { class: "story-lane" }, [
    part("near", `left: ${percent(low)}; width: ${percent(high - low)}`), ...heaps,
    part("truth", `left: ${percent(truth)}`), part("true", `left: ${percent(inside(truth))}`, [shown]),
  ]);
  const words = element("div", { class: "story-ends", "aria-hidden": true },
    ticks.map(({ text, place }) => element("span", { style: `left: ${percent(inside(place))}` }, [text])));
  return element("div", { class: "story-strip" }, [element("div", { role: "img", "aria-label": `${said} The truth is ${shown}.` }, [lane]), words]);
}
