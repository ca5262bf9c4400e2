import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { numberAt, revive, rowOf, unpack } from "../../dropviz/live/wire.js";
import { matrix } from "./sent.mjs";

test("base64 becomes numbers, wherever it stands, and only once", () => {
  const sent = { marks: [{ name: "a", x: matrix(2, [0.5, -2]), spread: null }], ticks: null, rates: [1, 2] };
  const found = revive(sent);
  assert.equal(found, sent);
  const { values } = found.marks[0].x;
  assert.deepEqual([...values], [0.5, -2]);
  assert.equal(revive(found).marks[0].x.values, values);
  assert.deepEqual(found.rates, [1, 2]);
});

test("what is missing or empty stays so", () => {
  assert.deepEqual([null, undefined, "text", 3].map(revive), [null, undefined, "text", 3]);
  assert.equal(revive(matrix(0, [])).values.length, 0);
  assert.ok(Number.isNaN(revive(matrix(1, [NaN])).values[0]));
});

test("a matrix gives the row of a place, a single row at every place", () => {
  const moving = revive(matrix(2, [1, 2, 3, 4]));
  assert.deepEqual([0, 1].map((index) => [...rowOf(moving, index)]), [[1, 2], [3, 4]]);
  assert.deepEqual([...rowOf(revive(matrix(2, [7, 8])), 5)], [7, 8]);
  assert.equal(rowOf(null, 0), null);
});

test("a number a place, or one for all", () => {
  const [each, one] = [matrix(3, [5, 6, 7]), matrix(1, [9])].map(revive);
  assert.deepEqual([0, 2].map((index) => numberAt(each, index)), [5, 7]);
  assert.deepEqual([0, 2].map((index) => numberAt(one, index)), [9, 9]);
});

test("a head is read at once, the rest only when it is asked for", async () => {
  const bytes = (head, rest) => Uint8Array.from(Buffer.concat([Buffer.from(`${head}\n`), rest]));
  const [head, payload] = unpack(bytes('{"version":"ä"}', gzipSync('{"rates":[0],"alt":"α\\n"}')));
  assert.deepEqual(head, { version: "ä" });
  assert.deepEqual(await payload(), { rates: [0], alt: "α\n" });
  const [known, broken] = unpack(bytes("{}", Buffer.from("no gzip")));
  assert.deepEqual(known, {});
  await assert.rejects(broken);
});
