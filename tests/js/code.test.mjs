import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../dropviz/live/code.js";

const kinds = (code) => pieces(code).filter(([kind]) => kind).map((piece) => piece.join(" "));

test("the pieces are the whole code, whatever it is", () => {
  for (const code of ["", "a", "'open", '"""never\nclosed', "<b>&amp;</b> # x", "x = 1.5e-3\n\n", "\\", "r'\\''"]) {
    assert.equal(pieces(code).map(([, text]) => text).join(""), code);
  }
});

test("comments, strings, numbers and keywords are told apart", () => {
  assert.deepEqual(kinds("import numpy as np  # in 1 line"), ["keyword import", "keyword as", "comment # in 1 line"]);
  assert.deepEqual(kinds('x["# no"] = 0.5'), ['string "# no"', "number 0.5"]);
  assert.deepEqual(kinds('"""a\nfor b""" + \'c\\\'d\''), ['string """a\nfor b"""', "string 'c\\'d'"]);
});

test("a word is no keyword, and a name no number, for what it holds", () => {
  assert.deepEqual(kinds("format = w1.in_2 if isinstance"), ["keyword if"]);
  assert.deepEqual(kinds("1e-3 + .5 + 10_000"), ["number 1e-3", "number .5", "number 10_000"]);
});
