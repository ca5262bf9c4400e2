import assert from "node:assert/strict";
import { test } from "node:test";

import { axisName, layoutFor, nearest, pathOf, scale } from "../../dropviz/live/scales.js";

const LAYOUT = {
  width: 500, height: 300, margin: { l: 40, r: 60, t: 20, b: 80 },
  xaxis: { domain: [0, 0.5], range: [0, 1] },
  yaxis: { domain: [0.5, 1], range: [0, 10] },
  yaxis2: { range: [0, 2], type: "log", overlaying: "y" },
};

test("an axis is named as in a layout", () => {
  assert.deepEqual(["x", "y", "y3", "x41"].map(axisName), ["xaxis", "yaxis", "yaxis3", "xaxis41"]);
});

test("the ends of an axis are the pixels of its domain, y upwards", () => {
  const [toX, toY] = [scale(LAYOUT, "x"), scale(LAYOUT, "y")];
  assert.deepEqual(toX.ends, [40, 240]); // 400 pixels wide within the margins, the left half
  assert.deepEqual(toY.ends, [20, 120]); // 200 high, the upper half
  assert.deepEqual([toX(0), toX(0.25), toX(1)], [40, 90, 240]);
  assert.deepEqual([toY(0), toY(10), toY(-5)], [120, 20, 170]);
});

test("a logarithmic axis has its range in powers of ten and its domain from the axis below it", () => {
  const toY = scale(LAYOUT, "y2");
  assert.deepEqual([toY(1), toY(10), toY(100)], [120, 70, 20]);
  assert.equal(Number.isFinite(toY(0)), false);
});

test("a narrow container has its own layout, a wide one not", () => {
  const payload = { figure: { layout: LAYOUT }, narrow: { height: 900, xaxis: { domain: [0, 1] } } };
  assert.deepEqual(layoutFor(payload, 720), { ...LAYOUT, width: 720 });
  const narrow = layoutFor(payload, 719);
  assert.equal(narrow.height, 900);
  assert.deepEqual(narrow.xaxis, { domain: [0, 1], range: [0, 1] });
  assert.deepEqual(LAYOUT.xaxis.domain, [0, 0.5]);
});

const same = (value) => value;

test("a path breaks where a value is missing", () => {
  assert.equal(pathOf([0, 1, 2, 3], [5, 6, NaN, 8], same, same), "M0.0,5.0L1.0,6.0M3.0,8.0");
  assert.equal(pathOf([0, 1], [NaN, NaN], same, same), "");
  assert.equal(pathOf([0, 1, 2], [5, -Infinity, 7], same, same), "M0.0,5.0M2.0,7.0");
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
});
