import assert from "node:assert/strict";
import { test } from "node:test";

import { figureOf, query, readAddress } from "../../dropviz/live/site.js";

/** @type {any} */
const PAGE = {
  settings: {
    source: { options: ["relu", "normal"], first: "relu", refused: "No such source." },
    rate: { low: 0, high: 0.95, first: 0.3, refused: "No such rate." },
  },
  aside: { view: "simple" },
};
const read = (text) => readAddress(PAGE, new URLSearchParams(text));

test("an address gives values, and whatever it may not say is refused in a sentence", () => {
  assert.deepEqual(read(""), [{ source: "relu", rate: 0.3 }, []]);
  assert.deepEqual(read("?rate=0.62&source=normal&view=simple"), [{ source: "normal", rate: 0.62 }, []]);
  for (const rate of ["", " ", "x", "-0.1", "0.96", "NaN", "Infinity"]) {
    assert.deepEqual(read(`?rate=${rate}`), [{ source: "relu", rate: 0.3 }, ["No such rate."]], rate);
  }
  assert.deepEqual(read("?source=file&units=5&seed=3&units=6"), [{ source: "relu", rate: 0.3 },
    ["No such source.", "The address has settings that this page does not know: seed, units."]]);
  for (const text of ["?__proto__=1", "?view=full", "?view="]) assert.equal(read(text)[1].length, 1, text);
});

test("an address names what is not as at first, and with it what the app needs to show the same", () => {
  assert.equal(query(PAGE, { source: "relu", rate: 0.3 }), "");
  assert.equal(query(PAGE, { source: "normal", rate: 0.4 }), "?source=normal&rate=0.4&view=simple");
  for (const text of ["?source=normal&view=simple", "?rate=0&view=simple"]) assert.equal(query(PAGE, read(text)[0]), text);
});

test("a packed figure comes back, its texts word by word", () => {
  const parts = [[0, 0.5], { title: "0.3" }, [[["rate ", ": ", ""], 0, 1, 2], [["nothing"], 3]], null];
  const packed = { parts, columns: [[1, 2], ["0.1", "0.2"], ["5", "6"], [0]], figures: { a: { rates: 0, rows: [1, 1], texts: { finding: 2 }, crowd: 3, terms: {} } } };
  assert.deepEqual(figureOf(packed, "a"), {
    rates: [0, 0.5], rows: [{ title: "0.3" }, { title: "0.3" }], crowd: null, terms: {},
    texts: { finding: ["nothing", "rate 0.1: 5", "rate 0.2: 6"] },
  });
});
