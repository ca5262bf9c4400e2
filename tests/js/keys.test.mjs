import assert from "node:assert/strict";
import { test } from "node:test";

import { keyOf } from "../../dropviz/live/keys.js";

// A key pressed where a node stands that answers to some of the selectors' words.
const press = (key, node = "", held = {}) => ({
  key, ...held, composedPath: () => [{ matches: (selectors) => selectors.split(", ").includes(node) }],
});

test("the page leaves all keys alone, the talk takes them", () => {
  assert.equal(keyOf(press("ArrowRight"), "page", false), null);
  assert.equal(keyOf(press("ArrowRight"), "talk", false), "ArrowRight");
  assert.equal(keyOf(press("R"), "talk", false), "r");
});

test("a browser's own shortcut stays its own", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey"]) {
    assert.equal(keyOf(press("r", "", { [held]: true }), "talk", false), null);
  }
});

test("a field keeps its letters, a slider its arrows, a button its space", () => {
  assert.equal(keyOf(press("r", "textarea"), "talk", false), null);
  for (const slider of ["input[type=range]", ".story-guess"]) {
    assert.equal(keyOf(press("ArrowLeft", slider), "talk", false), null);
    assert.equal(keyOf(press("Home", slider), "talk", false), null);
    assert.equal(keyOf(press("r", slider), "talk", false), "r");
  }
  assert.equal(keyOf(press(" ", "button"), "talk", false), null);
  assert.equal(keyOf(press(" "), "talk", false), " ");
});

test("an open dialog takes only the keys that close it, the notes only the remote's", () => {
  assert.equal(keyOf(press("ArrowRight"), "talk", true), null);
  assert.equal(keyOf(press("q"), "talk", true), "q");
  assert.equal(keyOf(press("p"), "notes", false), null);
  assert.equal(keyOf(press("r"), "notes", false), "r");
  assert.equal(keyOf(press("7"), "notes", false), "7");
});
