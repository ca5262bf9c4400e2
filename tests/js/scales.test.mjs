import assert from "node:assert/strict";
import { test } from "node:test";

import { figures, nearest, pathOf, scale, tickText, ticksOf } from "../../dropviz/live/scales.js";

const axis = (low, high, more = {}) => ({ title: "", low, high, log: false, unit: "", ticks: null, ...more });
const log = (low, high) => axis(low, high, { log: true });
const ticks = (low, high, most = 6) => ticksOf(axis(low, high), most);
const same = (value) => value;

test("the ends of an axis are its pixels, y upwards", () => {
  const [toX, toY] = [scale(axis(0, 1), 40, 240), scale(axis(0, 10), 120, 20)];
  assert.deepEqual([toX.ends, toY.ends], [[40, 240], [20, 120]]);
  assert.deepEqual([toX(0), toX(0.25), toX(1)], [40, 90, 240]);
  assert.deepEqual([toY(0), toY(10), toY(-5)], [120, 20, 170]);
});

test("a logarithmic axis has its range in decades, and no place for zero and less", () => {
  const toY = scale(log(1, 100), 120, 20);
  assert.deepEqual([toY(1), toY(10), toY(100)], [120, 70, 20]);
  assert.ok([0, -1, NaN].every((value) => !Number.isFinite(toY(value))));
});

test("a pixel leads back to its value", () => {
  const axes = [axis(-3, 7), axis(0, 1e6), axis(1e-30, 3e-30), log(1e-12, 1e9), log(0.04, 25)];
  for (const one of axes) {
    for (const [from, to] of [[46, 400], [300, 5]]) {
      const there = scale(one, from, to);
      for (const pixel of [from, 123.25, to]) assert.ok(Math.abs(there(there.value(pixel)) - pixel) < 1e-6);
      assert.ok(Math.abs(there.value(from) / one.low - 1) < 1e-9 || one.low === 0);
    }
  }
});

test("the only value of an axis has a place, and no pixel leads to nothing", () => {
  for (const one of [axis(5, 5), log(5, 5), axis(0, 0)]) {
    const there = scale(one, 10, 110);
    assert.equal(there(one.low), 10);
    assert.ok(Number.isFinite(there.value(60)));
  }
});

test("a path breaks where a value is missing", () => {
  assert.equal(pathOf([0, 1, 2, 3], [5, 6, NaN, 8], same, same), "M0.0,5.0L1.0,6.0M3.0,8.0");
  assert.equal(pathOf([0, 1], [NaN, NaN], same, same), "");
  assert.equal(pathOf([0, NaN, 2], [5, 6, 7], same, same), "M0.0,5.0M2.0,7.0");
  assert.equal(pathOf([0, 1, 2], [5, -Infinity, 7], same, same), "M0.0,5.0M2.0,7.0");
  assert.equal(pathOf([0, 1], [0, 1], same, scale(log(0.1, 10), 100, 0)), "M1.0,50.0");
  assert.equal(pathOf([], [], same, same), "");
});

test("a stepped path goes across, then up, and begins anew after a gap", () => {
  assert.equal(pathOf([0, 1, 2], [5, 6, 7], same, same, true), "M0.0,5.0H1.0V6.0H2.0V7.0");
  assert.equal(pathOf([0, 1, 2, 3], [5, NaN, 7, 8], same, same, true), "M0.0,5.0M2.0,7.0H3.0V8.0");
});

test("the nearest is the first of the nearest", () => {
  assert.equal(nearest([0, 0.1, 0.2], 0.14), 1);
  assert.equal(nearest([0, 0.1, 0.2], 7), 2);
  assert.equal(nearest([0, 0.1, 0.2], -7), 0);
  assert.equal(nearest([0, 2], 1), 0);
  assert.equal(nearest([3], NaN), 0);
});

test("figures have four digits", () => {
  assert.deepEqual([1 / 3, 12345.6, 0, -0, NaN, Infinity, null, undefined].map(figures),
    ["0.3333", "12350", "0", "0", "–", "–", "–", "–"]);
  assert.deepEqual([-0.5, -1.5e-9].map(figures), ["−0.5", "−1.5e−9"]);
});

test("ticks are round", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(0, 1, 5.5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(0, 1, 4.9), [0, 0.5, 1]);
  assert.deepEqual(ticks(-0.0135, 0.9135, 7), [0, 0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(ticks(-2.3, 2.1, 5), [-2, -1, 0, 1, 2]);
  assert.deepEqual(ticks(0, 1e6, 6), [0, 2e5, 4e5, 6e5, 8e5, 1e6]);
  assert.deepEqual(ticks(0, 3e-30, 3), [0, 1e-30, 2e-30, 3e-30]);
  assert.deepEqual(ticks(1e9, 1e9 + 1, 2), [1e9, 1e9 + 0.5, 1e9 + 1]);
});

test("whatever the range, ticks are inside, rise evenly and are few", () => {
  for (let at = 0; at < 400; at += 1) {
    const low = (at % 7 - 3) * 10 ** (at % 31 - 15);
    const high = low + (1 + at) * 10 ** ((at * 5) % 41 - 20);
    const most = 1 + at % 9;
    if (high - low < 1e-9 * Math.abs(low)) continue;
    const found = ticks(low, high, most);
    const room = 1e-6 * (high - low);
    assert.ok(found.length <= most + 1, `${low} … ${high}: ${found}`);
    assert.ok(most < 4 || found.length > 1, `${low} … ${high}: ${found}`);
    assert.ok(found.every((tick) => tick >= low - room && tick <= high + room), `${low} … ${high}: ${found}`);
    const steps = found.slice(1).map((tick, before) => tick - found[before]);
    const even = steps.every((step) => step > 0 && Math.abs(step - steps[0]) < 1e-6 * steps[0]);
    assert.ok(even, `${low} … ${high}: ${found}`);
  }
});

test("the ticks of a logarithm are decades, or parts of them where there are few", () => {
  assert.deepEqual(ticksOf(log(0.9, 30), 6), [1, 2, 5, 10, 20]);
  assert.deepEqual(ticksOf(log(0.04, 25), 6), [0.1, 0.3, 1, 3, 10]);
  assert.deepEqual(ticksOf(log(1e-3, 1e4), 8), [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4]);
  assert.deepEqual(ticksOf(log(1e-30, 1), 6), [1e-30, 1e-25, 1e-20, 1e-15, 1e-10, 1e-5, 1]);
  assert.deepEqual(ticksOf(log(1.1, 1.9), 4), [1.2, 1.4, 1.6, 1.8]); // no round power within
});

test("own ticks stay, even if there is none", () => {
  assert.deepEqual(ticksOf(axis(0, 1, { ticks: [0.3] }), 6), [0.3]);
  assert.deepEqual(ticksOf(axis(0, 1, { ticks: [] }), 6), []);
});

test("an axis of no length, or without a logarithm, has no ticks and holds nobody up", () => {
  const none = [axis(5, 5), axis(1, 0), axis(NaN, 1), axis(0, Infinity)];
  const noLogarithm = [log(0, 1), log(-1, 1), log(1, Infinity), log(2, 2)];
  for (const one of [...none, ...noLogarithm]) assert.deepEqual(ticksOf(one, 6), []);
  assert.deepEqual(ticks(0, 1, 0.2), [0, 1]); // no room at all
});

test("a tick is said in words", () => {
  const said = [
    [0, "0"], [-0, "0"], [0.25, "0.25"], [1500, "1,500"], [-0.5, "−0.5"], [800000, "800,000"], [0.0001, "0.0001"],
    [1e6, "10⁶"], [-1e6, "−10⁶"], [1.5e6, "1.5·10⁶"], [-2e-7, "−2·10⁻⁷"], [1e-5, "10⁻⁵"], [1e-30, "10⁻³⁰"],
    [NaN, "–"], [-Infinity, "–"], [0.1 + 0.2, "0.3"],
  ];
  for (const [value, words] of said) assert.equal(tickText(value), words);
});
