import assert from "node:assert/strict";
import { test } from "node:test";

import { arithmetic, circle, radius } from "../../dropviz/live/units.js";

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

test("area goes with the output, whatever its sign and size", () => {
  for (const output of [1e-9, 0.003, 0.5, 1, 30, 1e6]) {
    assert.equal(radius(-output, 1), radius(output, 1));
    assert.ok(Math.abs(radius(4 * output, 1) / radius(output, 1) - 2) < 1e-9);
    assert.ok(radius(output, 1) > 0);
  }
  assert.equal(radius(3e-7, 9e-7), radius(1, 3)); // in whatever unit
});

// The outline as points, an arc as its chord.
const points = (way) => [...way.matchAll(/(-?[\d.]+),(-?[\d.]+)(?=[AL]|Z|$)/g)].map(([, x, y]) => [Number(x), Number(y)]);
const width = (way) => Math.max(...points(way).map(([x]) => x)) - Math.min(...points(way).map(([x]) => x));

test("a circle that fits is whole; a larger one is cut off where its place ends, at last to a square", () => {
  assert.ok(Math.abs(width(circle(50, 10, 4)) - 8) < 1e-3);
  for (const r of [9.6, 9.7, 12, 20, 300]) assert.ok(Math.abs(width(circle(50, 10, r)) - 19.2) < 1e-3);
  const corners = new Set(points(circle(0, 0, 300)).map(([x, y]) => `${Math.abs(x)},${Math.abs(y)}`));
  assert.deepEqual([...corners], ["9.6,9.6"]);
});
