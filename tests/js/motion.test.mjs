import assert from "node:assert/strict";
import { test } from "node:test";

import { binsOf, crowdWords, fallOf, heapOf, stages } from "../../dropviz/live/motion.js";

const CROWD = [[-1, 0, 1, 2], [10, 20, 30], 40];

test("a factor stretches the bins, a mask thins them, and what it drops is 0", () => {
  const { bins, zero } = binsOf(CROWD, 2, 0.5);
  assert.deepEqual(bins.map(({ low, high, share }) => [low, high, share]), [[-2, 0, 5], [0, 2, 10], [2, 4, 15]]);
  assert.equal(zero, 70);
  for (const keep of [1, 0.3, 0]) {
    const histogram = binsOf(CROWD, 1, keep);
    assert.ok(Math.abs(histogram.bins.reduce((sum, { share }) => sum + share, histogram.zero) - 100) < 1e-9);
  }
});

test("the mean of the histogram is that of all, masked and scaled", () => {
  const mean = ({ bins }) => bins.reduce((sum, { low, high, share }) => sum + (share * (low + high)) / 200, 0);
  const whole = mean(binsOf(CROWD, 1, 1));
  for (const [factor, keep] of [[1, 0.7], [1 / 0.7, 0.7], [0.7, 1]]) {
    assert.ok(Math.abs(mean(binsOf(CROWD, factor, keep)) - factor * keep * whole) < 1e-9);
  }
});

test("a unit lies in the bin of its output, 0 at 0, and beside those that came before", () => {
  const { bins } = binsOf(CROWD, 1, 1);
  const heap = heapOf([0.5, 0, -0.5, 0.9, 0, 1.5, -0, 7], bins);
  assert.deepEqual(heap.map(({ bin }) => bin), [1, null, 0, 1, null, 2, null, -1]);
  assert.deepEqual(heap.map(({ before }) => before), [0, 0, 0, 1, 1, 0, 2, 0]);
});

test("bars fall one after the other, and the last at the end", () => {
  const falls = [0, 1, 2].map((turn) => fallOf("0.5", turn, 3, 0.6));
  for (const fall of falls) {
    assert.deepEqual(fall.map(([, way]) => way), ["scaleY(0.5)", "scaleY(0.5)", "scaleY(0)", "scaleY(0)"]);
    const times = fall.map(([time]) => time);
    assert.deepEqual(times, [...times].sort((one, other) => one - other));
  }
  falls.slice(1).forEach((fall, before) => assert.equal(fall[1][0], falls[before][2][0]));
  assert.ok(Math.abs(falls[2][2][0] - 0.6) < 1e-12);
});

test("it is said how many are 0 and why, and how many the picture does not show", () => {
  const said = (crowd, keep, isTest, level = (value) => (value + 1) / 3) => {
    const words = crowdWords(crowd, { factor: 1, keep, isTest, level });
    return [...words.zero, ...words.high, ...words.low].map((one) => one.replaceAll("\u00A0", " "));
  };
  assert.deepEqual(said(CROWD, 0.5, false), ["70 % are 0", "50 % dropped", "20 % kept, but of value 0"]);
  assert.deepEqual(said(CROWD, 1, true), ["40 % are 0", "40 % on, but of value 0"]);
  assert.deepEqual(said(CROWD, 1, false, (value) => value),
    ["40 % are 0", "40 % kept, but of value 0", "30 % above ↑", "10 % below ↓"]);
  const [none, most, all] = [[[0, 1], [100], 0], [[0, 1], [0.01], 99.99], [[0, 1], [0], 100]];
  assert.deepEqual(said(none, 1, true), []);
  assert.deepEqual(said(none, 1 - 0.3, false), ["30 % are 0", "30 % dropped"]);
  assert.equal(said(most, 1, true)[0], "99.9 % are 0");
  assert.equal(said(all, 1, true)[0], "100 % are 0");
});

test("no unit is said to drop at rate 0", () => {
  assert.match(stages(0.99)[0], /^some units drop/);
  assert.match(stages(1)[0], /no unit drops$/);
});
