import assert from "node:assert/strict";
import { test } from "node:test";

import { numbers, rowsOf, tracesAt, tracksOf, unpack } from "../../dropviz/live/wire.js";

const base64 = (array) => Buffer.from(array.buffer).toString("base64");
const matrix = (points, values) => ({ points, data: base64(Float32Array.from(values)) });

test("base64 becomes numbers, an array stays", () => {
  assert.deepEqual(numbers({ dtype: "f8", bdata: base64(Float64Array.of(0.1, -2)) }), [0.1, -2]);
  assert.deepEqual(numbers([1, 2]), [1, 2]);
  assert.equal(numbers(undefined), undefined);
});

test("a matrix gives the row of a place, a single row at every place", () => {
  const moving = rowsOf(matrix(2, [1, 2, 3, 4]));
  assert.deepEqual([...moving(0), ...moving(1)], [1, 2, 3, 4]);
  assert.deepEqual([...rowsOf(matrix(2, [7, 8]))(5)], [7, 8]);
  assert.equal(rowsOf(null), null);
});

test("the traces at a place are moved where a track says so", () => {
  const data = [{ name: "still", x: [0, 1], y: [5, 6] }, { name: "moved", x: [0, 1], y: [0, 0] }];
  const payload = { figure: { data }, tracks: [{ trace: 1, x: null, y: matrix(2, [1, 2, 3, 4]) }] };
  const [still, moved] = tracesAt({ payload, tracks: tracksOf(payload), index: 1 });
  assert.deepEqual(still, data[0]);
  assert.deepEqual(moved, { name: "moved", x: [0, 1], y: [3, 4] });
});

test("a head is read at once, the rest only when it is asked for", () => {
  const [head, payload] = unpack(new TextEncoder().encode('{"version":"ä"}\n{"rates":[0]}'));
  assert.deepEqual(head, { version: "ä" });
  assert.deepEqual(payload(), { rates: [0] });
  const [known, broken] = unpack(new TextEncoder().encode("{}\nno JSON"));
  assert.deepEqual(known, {});
  assert.throws(broken, SyntaxError);
});
