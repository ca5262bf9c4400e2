import assert from "node:assert/strict";
import { test } from "node:test";

import { tracesOf } from "../../dropviz/live/plotly.js";
import { revive } from "../../dropviz/live/wire.js";
import { line, matrix, numbers, panel, path, stem } from "./sent.mjs";

const RATES = [0, 0.5];
const traces = (mark, index = 0, more = {}) => tracesOf(revive(panel([mark], more)), RATES, index, (role) => `colour of ${role}`);
const tall = (high, log = false) => ({ y: { title: "", low: log ? 1 : 0, high, log, unit: "", ticks: null } });

test("a line is its exact curve, and points with their errors where it was simulated", () => {
  const [exact, ...none] = traces(line({ exact: numbers(1, 2) }, { dashed: true }), 0, tall(5));
  assert.deepEqual([exact.name, exact.x, exact.y, none], ["a, exact", RATES, [1, 2], []]);
  assert.deepEqual(exact.line, { color: "colour of standard", width: 2, dash: "4px,3px" });
  const [, points] = traces(line({ exact: numbers(1, 2), simulated: numbers(3, 4), error: numbers(0, 0.5) }), 0, tall(5));
  assert.deepEqual([points.mode, points.x, points.y, points.error_y.array], ["markers", RATES, [3, 4], [0, 0.5]]);
  assert.equal(traces(line({ exact: numbers(1, 2), simulated: numbers(3, 4) }), 0, tall(5))[1].error_y, undefined);
});

test("a line that leaves the picture for good ends in an arrow there, as in the picture", () => {
  for (const [ends, y, x] of [[[1, 9], tall(5), 0.25], [[1, 10000], tall(100, true), 0.25]]) {
    const [, arrow, ...none] = traces(line({ exact: numbers(...ends) }), 0, y);
    assert.deepEqual([arrow.name, arrow.marker.symbol, arrow.marker.angleref, none], ["a, goes on", "arrow", "previous", []]);
    assert.ok(Math.abs(arrow.x[1] - x) < 1e-9 && Math.abs(arrow.y[1] / y.y.high - 1) < 1e-9);
    assert.ok(arrow.x[0] < arrow.x[1] && arrow.y[0] < arrow.y[1]);
  }
});

test("a path stands where the slider does; steps, shades and dots stay", () => {
  const bins = path(numbers(-1, 0), matrix(2, [1, 2, 3, 4]), { stepped: true, filled: true });
  const [trace] = traces(bins, 1);
  assert.deepEqual([trace.x, trace.y], [[-1, 0], [3, 4]]);
  assert.deepEqual([trace.line.shape, trace.fill, trace.mode], ["hv", "tozeroy", "lines"]);
  const [dotted] = traces(path(numbers(0), numbers(1), { dots: 4, dash: "dotted" }));
  assert.deepEqual([dotted.mode, dotted.marker.size, dotted.line.dash], ["lines+markers", 4, "1px,3px"]);
  assert.equal(dotted.fill, undefined);
});

test("a ring stays a ring", () => {
  const points = (open) => ({ mark: "Points", name: "m", color: "none", x: numbers(1), y: numbers(2), size: 6, open });
  assert.deepEqual([true, false].map((open) => traces(points(open))[0].marker.symbol), ["circle-open", "circle"]);
});

test("a mass stands on zero; no mass, no stem", () => {
  const [mass] = traces(stem(numbers(3), numbers(25, 0)));
  assert.deepEqual([mass.x, mass.y], [[3, 3], [0, 25]]);
  assert.deepEqual(traces(stem(numbers(3), numbers(25, 0)), 1), []);
  assert.deepEqual(traces(stem(numbers(NaN), numbers(NaN))), []);
});

test("a band goes there and back, in its colour, without an edge or a point", () => {
  const ends = { x: numbers(0, 1), low: numbers(1, 2), high: numbers(3, 4) };
  const [band] = traces({ mark: "Band", name: "b", color: "both", ...ends });
  assert.deepEqual([band.x, band.y, band.mode], [[0, 1, 1, 0], [3, 4, 2, 1], "lines"]);
  assert.deepEqual(band.line, { width: 0, color: "colour of both" });
});

test("a field is its shades, row by row, and a line at one half", () => {
  const plane = { x: numbers(0, 1, 2), y: numbers(5, 6), z: matrix(3, [0, 0.25, 0.5, 0.5, 0.75, 1]) };
  const [field, ...none] = traces({ mark: "Field", name: "f", colors: ["inverted", "none"], ...plane });
  assert.deepEqual([field.type, field.x, field.y, none], ["contour", [0, 1, 2], [5, 6], []]);
  assert.deepEqual(field.z, [[0, 0.25, 0.5], [0.5, 0.75, 1]]);
  assert.deepEqual([field.contours.start, field.contours.end, field.zmin, field.zmax], [0.5, 0.5, 0, 1]);
  assert.deepEqual([field.colorscale[0][1], field.colorscale[2][1]], ["colour of inverted", "colour of none"]);
});

test("a picture stands on its squares, from the top", () => {
  const [picture] = traces({ mark: "Pixels", name: "p", color: "none", x: [0, 2], y: [0, 4], z: matrix(2, [0, 1, 2, 0.5]) });
  assert.deepEqual([picture.type, picture.x, picture.y], ["heatmap", [0.5, 1.5], [3, 1]]);
  assert.deepEqual([picture.z, picture.zmax, picture.colorscale[2][1]], [[[0, 1], [2, 0.5]], 2, "colour of none"]);
});

test("dashes inside a line have the colour of the ground", () => {
  const [inside] = traces(line({ exact: numbers(1, 2) }, { dashed: true, inside: true }));
  assert.equal(inside.line.color, "#ffffff");
});

test("nothing drawn is no trace", () => {
  assert.deepEqual(tracesOf(panel([]), [], 0, String), []);
});
