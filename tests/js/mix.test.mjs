import assert from "node:assert/strict";
import { test } from "node:test";

import { isAlike, mixedAxis, mixedPanel } from "../../dropviz/live/mix.js";
import { revive } from "../../dropviz/live/wire.js";
import { line, numbers, panel, path } from "./sent.mjs";

const axis = (low, high, log = false) => ({ title: `${low}`, low, high, log, unit: "", ticks: null });

test("an axis moves evenly, a logarithmic one in decades, and has its new words at once", () => {
  const half = mixedAxis(axis(0, 1), axis(2, 5), 0.5);
  assert.deepEqual([half.title, half.low, half.high], ["2", 1, 3]);
  const decades = mixedAxis(axis(1, 100, true), axis(0.01, 1, true), 0.5);
  assert.ok(Math.abs(decades.low - 0.1) < 1e-12 && Math.abs(decades.high - 10) < 1e-9);
});

test("between a logarithmic axis and another there is no way", () => {
  const other = axis(0, 5);
  assert.equal(mixedAxis(axis(1, 10, true), other, 0.5), other);
});

const panels = (one, other) => [panel([one]), panel([other])].map(revive);
const halfway = (one, other) => mixedPanel(...panels(one, other), 0.5).marks[0];

test("numbers move where both have them", () => {
  const other = path(numbers(0, 3), numbers(NaN, 8), { spread: numbers(1, 2) });
  const { x, y, spread } = halfway(path(numbers(0, 1), numbers(0, 4)), other);
  assert.deepEqual([[...x.values], [...y.values]], [[0, 2], [NaN, 6]]);
  assert.deepEqual([...spread.values], [1, 2]); // there was none before
  assert.equal(y.points, 2);
});

test("numbers of another count are there at once", () => {
  const { y } = halfway(path(numbers(0, 1, 2), numbers(1, 1, 1)), path(numbers(0, 1), numbers(5, 6)));
  assert.deepEqual([...y.values], [5, 6]);
});

test("an estimate moves with its simulation, or without one", () => {
  const old = line({ exact: numbers(0, 2), simulated: numbers(0, 0) });
  const { exact, simulated, error } = halfway(old, line({ exact: numbers(2, 4) })).estimate;
  assert.deepEqual([[...exact.values], simulated, error], [[1, 3], null, null]);
  const back = halfway(line({ exact: numbers(2, 4) }), old).estimate;
  assert.deepEqual([...back.simulated.values], [0, 0]);
});

test("nothing that is mixed is changed", () => {
  const [one, other] = panels(path(numbers(0, 1), numbers(0, 4)), path(numbers(0, 3), numbers(2, 8)));
  mixedPanel(one, other, 0.3);
  assert.deepEqual([[...one.marks[0].y.values], [...other.marks[0].y.values]], [[0, 4], [2, 8]]);
  assert.deepEqual([...mixedPanel(one, other, 0).marks[0].y.values], [0, 4]);
  assert.deepEqual([...mixedPanel(one, other, 1).marks[0].y.values], [2, 8]);
});

test("panels are alike where they have the same marks of the same names, and the same height", () => {
  const plain = panel([path(null, null)]);
  assert.ok(isAlike(plain, panel([path(null, null)], { title: "another" })));
  assert.ok(isAlike(panel([]), panel([])));
  const marks = [[], [path(null, null, { name: "q" })], [line({}, { name: "p" })]];
  for (const other of [...marks.map((each) => panel(each)), { ...plain, height: 9 }]) {
    assert.ok(!isAlike(plain, other));
    assert.ok(!isAlike(other, plain));
  }
});
