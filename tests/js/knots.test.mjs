import assert from "node:assert/strict";
import { test } from "node:test";

import { followKnots, rateAt } from "../../dropviz/live/knots.js";
import { revive } from "../../dropviz/live/wire.js";
import { line, numbers, panel } from "./sent.mjs";

const knots = (stepped = false) => revive({ x: numbers(100, 200, 400), y: numbers(0.5, 0.25, 0.75), high: 0.95, stepped });

test("the rate runs straight between the knots and stays beyond them", () => {
  const rates = [0, 100, 150, 200, 300, 400, 1000].map((place) => rateAt(knots(), place));
  assert.deepEqual(rates, [0.5, 0.5, 0.375, 0.25, 0.5, 0.75, 0.75]);
});

test("on stairs each rate holds up to the next knot, as Python's table has it", () => {
  assert.deepEqual([0, 199, 200, 399, 400, 1000].map((place) => rateAt(knots(true), place)), [0.5, 0.5, 0.25, 0.25, 0.75, 0.75]);
});

test("a single knot is the rate everywhere", () => {
  const one = revive({ x: numbers(5), y: numbers(0.5), high: 0.95, stepped: false });
  assert.deepEqual([0, 5, 9].map((place) => rateAt(one, place)), [0.5, 0.5, 0.5]);
});

test("lines that follow are redrawn from the rate, the others stay", () => {
  const names = ["rate", "keep", "last", ""];
  const lines = names.map((follows) => line({ exact: numbers(9, 9, 9) }, { follows }));
  const panels = revive([panel(lines.slice(0, 2)), panel(lines.slice(2))]);
  followKnots(panels, [100, 200, 400], knots());
  const drawn = panels.flatMap(({ marks }) => marks).map(({ estimate }) => [...estimate.exact.values]);
  assert.deepEqual(drawn, [[0.5, 0.25, 0.75], [0.5, 0.75, 0.25], [0.25, 0.25, 0.25], [9, 9, 9]]);
});
