import assert from "node:assert/strict";
import { test } from "node:test";

import { columnsOf, placesOf } from "../../dropviz/live/tables.js";
import { revive } from "../../dropviz/live/wire.js";
import { line, matrix, numbers, panel, path, stem } from "./sent.mjs";

const RATES = [0, 0.5];
const columns = (marks, index = 0) => columnsOf(revive(panel(marks)), RATES, index);

test("a line is a column over the rates, its simulation a second one with its error", () => {
  const estimate = { exact: numbers(1, 2), simulated: numbers(1.25, NaN), error: numbers(0, 0.5) };
  const { columns: [exact, simulated], spikes } = columns([line(estimate, { kind: "by a normal" })]);
  assert.deepEqual([exact.name, exact.xs, [...exact.ys], exact.errors], ["a, by a normal", RATES, [1, 2], undefined]);
  assert.deepEqual([simulated.name, [...simulated.ys], [...simulated.errors]], ["a, simulated", [1.25, NaN], [0, 0.5]]);
  assert.equal(simulated.kind, "standard error");
  assert.deepEqual(spikes, []);
});

test("a path follows the slider, its spread is a standard deviation", () => {
  const bins = path(numbers(-1, 0, 1), matrix(3, [1, 2, 3, 4, 5, 6]));
  const grown = path(numbers(0, 1, 2), numbers(7, 8, 9), { spread: numbers(0.1, 0.2, 0.3) });
  const { columns: [moving, still] } = columns([bins, grown], 1);
  assert.deepEqual([moving.xs, [...moving.ys]], [[-1, 0, 1], [4, 5, 6]]);
  assert.deepEqual([still.kind, still.errors.length], ["standard deviation", 3]);
});

test("a mass counts by its height at this place, an upright line by where it stands", () => {
  const marks = [stem(numbers(0), numbers(25, 0)), path(numbers(2, 2), numbers(0, 9), { name: "upright" })];
  assert.deepEqual(columns(marks, 0).spikes, [{ name: "s", value: "25 %" }, { name: "upright", value: "at 2" }]);
  assert.deepEqual(columns(marks, 1).spikes[0].value, "–");
  assert.deepEqual(columns([stem(numbers(0), numbers(NaN, NaN))]).spikes[0].value, "–");
});

test("nothing drawn is nothing to read", () => {
  assert.deepEqual(columns([]), { columns: [], spikes: [] });
  assert.deepEqual(placesOf([]), []);
});

test("a place is one row, kept in 32 bits or in 64, however small or large", () => {
  const float = (...values) => Array.from(Float32Array.from(values));
  assert.deepEqual(placesOf([{ xs: [0, 0.1, 0.3] }, { xs: float(0.1, 0.2) }]).length, 4);
  assert.deepEqual(placesOf([{ xs: [2e-9, 1e-9, 0] }]), [0, 1e-9, 2e-9]);
  assert.deepEqual(placesOf([{ xs: [999999, 1e6] }, { xs: [1e6] }]), [999999, 1e6]);
});
