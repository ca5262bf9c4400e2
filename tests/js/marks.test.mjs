import assert from "node:assert/strict";
import { test } from "node:test";

import { areaOf, leaving, pixelOf, plusMinus, valueOf } from "../../dropviz/live/marks.js";
import { scale } from "../../dropviz/live/scales.js";
import { revive } from "../../dropviz/live/wire.js";
import { line, numbers } from "./sent.mjs";

test("an error has one digit, two where the first is 1, and its value as many decimals", () => {
  const said = [
    [[0.27834, 0.0021], "0.278 ± 0.002"], [[0.27834, 0.0097], "0.278 ± 0.010"], [[0.27834, 0.0149], "0.278 ± 0.015"],
    [[-1.26, 0.1], "−1.26 ± 0.10"], [[-0.004, 0.06], "0.00 ± 0.06"], [[345.67, 12.34], "346 ± 12"], [[1e-20, 1e-21], "1e−20 ± 1e−21"],
  ];
  for (const [[value, error], words] of said) assert.equal(plusMinus(value, error), words);
});

test("what has no error says none", () => {
  for (const error of [undefined, null, 0, -1, Infinity]) assert.equal(plusMinus(0.5, error), "0.5");
  assert.equal(plusMinus(-0.4711, NaN), "−0.47 ± ?"); // nobody knows it
  assert.equal(plusMinus(0.4711, 4e-16), "0.4711"); // what the rounding of its sum leaves
  assert.equal(plusMinus(NaN, 0.1), "–");
  assert.equal(plusMinus(Infinity, 0.1), "–");
});

const value = (estimate, index, more) => valueOf(revive(line(estimate, more)), index);

test("a line says its exact value, then what was simulated", () => {
  const both = { exact: numbers(0.5, 1), simulated: numbers(0.52, NaN), error: numbers(0.04, NaN) };
  assert.equal(value(both, 0), "0.5; simulated 0.52 ± 0.04");
  assert.equal(value(both, 0, { kind: "mean of 9" }), "0.5 mean of 9; simulated 0.52 ± 0.04");
  assert.equal(value(both, 1), "1; simulated –");
  assert.equal(value({ exact: numbers(NaN) }, 0), "–");
  assert.equal(value({ exact: numbers(2), simulated: numbers(3) }, 0), "2; simulated 3");
});

test("every piece of a curve rises from the base and falls to it", () => {
  assert.equal(areaOf("M0.0,5.0H1.0V6.0", "9.0"), "M0.0,9.0V5.0H1.0V6.0V9.0");
  assert.equal(areaOf("M0.0,5.0L1.0,6.0M3.0,4.0L4.0,4.0", "9.0"), "M0.0,9.0V5.0L1.0,6.0V9.0M3.0,9.0V4.0L4.0,4.0V9.0");
  assert.equal(areaOf("", "9.0"), "");
});

test("a pixel is ground at 0, ink at 1, and another colour from 2 on", () => {
  const [ink, beyond] = [[10, 20, 30], [210, 120, 30]];
  assert.deepEqual(pixelOf(0, ink, beyond), [0, 0, 0, 0]);
  assert.deepEqual(pixelOf(-3, ink, beyond), [0, 0, 0, 0]);
  assert.deepEqual(pixelOf(NaN, ink, beyond), [0, 0, 0, 0]);
  assert.deepEqual(pixelOf(0.5, ink, beyond), [10, 20, 30, 128]);
  assert.deepEqual(pixelOf(1, ink, beyond), [10, 20, 30, 255]);
  assert.deepEqual(pixelOf(1.5, ink, beyond), [110, 70, 30, 255]);
  assert.deepEqual(pixelOf(1e9, ink, beyond), [210, 120, 30, 255]);
});

test("a line that leaves the picture for good ends in an arrow, there and that way", () => {
  const toX = scale({ low: 0, high: 4, log: false }, 0, 40);
  const toY = scale({ low: 0, high: 10, log: false }, 100, 0);
  const left = (...ys) => leaving([0, 1, 2, 3, 4], ys, { toX, toY });
  assert.equal(left(1, 2, 3, 4, 5), null);
  assert.equal(left(1, 12, 3, 4, 10), null); // it comes back
  assert.equal(left(1, 2, NaN, NaN, NaN), null); // it ends
  assert.equal(left(11, 12, 13, 14, 15), null); // it was never there
  const { x, y, turn } = left(1, 5, 9, 11, 20);
  assert.ok(Math.abs(x - 25) < 1e-9);
  assert.equal(y, 0);
  assert.ok(turn < -60 && turn > -90);
  assert.equal(left(1, 5, 9, 5, -5).y, 100);
});
