import assert from "node:assert/strict";
import { test } from "node:test";

import { arithmetic, radius } from "../../dropviz/live/units.js";

const row = (train, test_) => ({ name: "inverted", color: "inverted", train, test: test_ });
const TEXTS = { "inverted-train-factor": ["unchanged", "÷ 0.5"], "inverted-test-factor": ["unchanged", "× 1"] };

test("a unit is its activation, masked and scaled", () => {
  const inverted = row([1, 2], [1, 1]);
  const said = (unit, index) => arithmetic(unit, inverted, TEXTS, index).flat();
  assert.deepEqual(said([1.5, 2], 1), ["training", "1.5 × 1 ÷ 0.5 = 3", "test", "1.5 = 1.5"]);
  assert.deepEqual(said([-1.5, 1], 1), ["training", "−1.5 × 0 ÷ 0.5 = 0", "test", "−1.5 = −1.5"]);
  assert.equal(said([1.5, 1], 0)[1], "1.5 × 1 = 1.5");
});

test("the mask falls where the rate that drops the unit is reached", () => {
  const masks = [0, 1, 2].map((index) => arithmetic([1, 1], row([1, 1, 1], [1, 1, 1]), {}, index)[0][1]);
  assert.deepEqual(masks, ["1 × 1 = 1", "1 × 0 = 0", "1 × 0 = 0"]);
});

test("where a factor is undefined, so is the output, dropped or not", () => {
  const undefinedAt = arithmetic([0.5, 0], row([null], [null]), {}, 0);
  assert.deepEqual(undefinedAt, [["training", "0.5 × 0 = undefined"], ["test", "0.5 = undefined"]]);
});

test("area goes with the output, whatever its sign; the largest has its room", () => {
  assert.equal(radius(-0.5, 1), radius(0.5, 1));
  assert.ok(Math.abs((radius(1, 1) - 0.8) ** 2 / (radius(0.25, 1) - 0.8) ** 2 - 4) < 1e-9);
  assert.equal(radius(100, 1), radius(1e6, 1)); // no circle leaves its place
  assert.deepEqual([0, null, NaN].map((output) => radius(output, 1)), [1.2, 1.2, 1.2]);
});
