import assert from "node:assert/strict";
import { test } from "node:test";

import { axisTitle, figures, panelsOf, titleOf } from "../../dropviz/live/tables.js";

const LAYOUT = {
  xaxis: { domain: [0, 0.45], title: { text: "dropout rate" } },
  xaxis2: { domain: [0.55, 1], anchor: "y2" },
  yaxis: { domain: [0, 1], title: { text: "mean" } },
  yaxis2: { domain: [0, 1], ticksuffix: " %" },
  yaxis3: { overlaying: "y2" },
  annotations: [
    { xref: "paper", x: 0.55, y: 1.05, text: "right" },
    { xref: "x", x: 0, y: 1, text: "a label, not a title" },
    { xref: "paper", x: 0, y: 1.05, text: "left" },
  ],
};

test("figures have four digits", () => {
  assert.deepEqual([1 / 3, 12345.6, 0, NaN, Infinity].map(figures), ["0.3333", "12350", "0", "–", "–"]);
});

test("traces on one x axis are a panel, the cursor is its place", () => {
  const error_y = { array: [0.1, 0.2] };
  const panels = panelsOf({ layout: LAYOUT, data: [
    { name: "training", x: [0, 1], y: [2, 3], error_y },
    { name: "this rate", x: [0.5, 0.5], y: [0, 1] },
    { name: "bins", x: [0, 1], y: [4, 5], xaxis: "x2", yaxis: "y2" },
    { name: "mass", x: [0, 0], y: [0, 9], xaxis: "x2", yaxis: "y3" },
  ] });
  assert.deepEqual(panels.map(({ reference, now }) => [reference, now]), [["x", 0.5], ["x2", null]]);
  const [[training], [bins, mass]] = panels.map(({ curves }) => curves);
  assert.deepEqual([training.errors, training.kind], [[0.1, 0.2], "standard error"]);
  assert.deepEqual([bins.unit, bins.share, mass.share], [" %", false, true]);
});

test("a panel's title is the one at its upper left corner", () => {
  assert.equal(titleOf(LAYOUT, "x"), "left (mean)");
  assert.equal(titleOf(LAYOUT, "x2"), "right ()");
  assert.equal(axisTitle(LAYOUT, "x2"), "");
});
