// How a hall has answered: what share of it chose each option, or where its predictions lie beside the truth.

import { element } from "./dom.js";
import { percent, rounded, scale } from "./scales.js";

/** A share of the hall in words. @param {number} share */
export const hallShare = (share) => `hall ${Math.round(100 * share)}\u00A0%`;

// Predictions of a value, counted in bins of an axis.
function predictions({ bins, right, ...axis }, { value, drag }, total) {
  const place = scale(/** @type {Axis} */ (axis), 0, 1);
  const within = (one) => Math.max(0, Math.min(1, place(one) || 0)); // a logarithm has no place for 0
  const most = Math.max(...bins);
  return {
    said: `The hall: ${Math.round((100 * right) / total)}\u00A0% right.`,
    strip: {
      heights: bins.map((votes) => votes / most), truth: within(value), shown: rounded(value),
      right: [value - drag.within, value + drag.within].map(within), ends: [axis.low, axis.high].map(rounded),
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

/** The predictions as heaps over the axis of their picture, and the truth. @param {Strip} strip @param {string} said */
export function stripNode({ heights, truth, shown, right: [low, high], ends: [first, last] }, said) {
  const part = (name, style, words = []) => element("span", { class: `story-${name}`, style }, words);
  const heaps = heights.map((height, at) => part("heap", `left: ${percent(at / heights.length)}; width: ${percent(1 / heights.length)}; height: ${percent(height)}`));
  const lane = element("div", { class: "story-lane" }, [
    part("near", `left: ${percent(low)}; width: ${percent(high - low)}`), ...heaps, part("truth", `left: ${percent(truth)}`),
  ]);
  // The words of the truth stay inside the strip.
  const words = element("div", { class: "story-ends", "aria-hidden": true }, [
    element("span", {}, [first]), part("true", `left: ${percent(Math.max(0.12, Math.min(0.88, truth)))}`, [shown]), element("span", {}, [last]),
  ]);
  return element("div", { class: "story-strip" }, [element("div", { role: "img", "aria-label": `${said} The truth is ${shown}.` }, [lane]), words]);
}
