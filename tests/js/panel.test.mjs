import assert from "node:assert/strict";
import { test } from "node:test";

import { apart } from "../../dropviz/live/panel.js";

const named = (...middles) => middles.map((y) => ({ lines: ["name"], color: "ink", x: 1, y, tip: null, anchor: "start", aside: 10 }));
const heights = (labels, tall) => apart(labels, tall).map(({ y }) => Math.round(y * tall));

test("in a low panel names move apart by a line, in their order and inside it where they fit", () => {
  assert.deepEqual(heights(named(0.2, 0.8), 100), [20, 80]); // nothing to do
  assert.deepEqual(heights(named(0.3, 0.26), 100), [41, 26]);
  assert.deepEqual(heights(named(0.9, 0.96), 100), [78, 93]);
  assert.deepEqual(heights(named(0, 0.5, 1), 30), [0, 15, 30]); // they do not fit: none lies on another
});
