import assert from "node:assert/strict";
import { test } from "node:test";

import { closesDialog, keyOf } from "../../dropviz/live/keys.js";

// A key pressed where a node stands that answers to some of the selectors' words.
const press = (key, node = "", held = {}) => ({
  key, ...held, composedPath: () => [{ matches: (selectors) => selectors.split(", ").includes(node) }],
});

test("the page leaves all keys alone, the talk takes them", () => {
  assert.equal(keyOf(press("ArrowRight"), "page"), null);
  assert.equal(keyOf(press("ArrowRight"), "talk"), "ArrowRight");
  assert.equal(keyOf(press("R"), "talk"), "r");
});

test("a browser's own shortcut stays its own", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey"]) {
    assert.equal(keyOf(press("r", "", { [held]: true }), "talk"), null);
    assert.equal(closesDialog(press("r", "", { [held]: true })), false);
  }
});

test("a field keeps its letters, a slider its arrows, a button its space", () => {
  assert.equal(keyOf(press("r", "textarea"), "talk"), null);
  for (const slider of ["input[type=range]", ".story-guess"]) {
    assert.equal(keyOf(press("ArrowLeft", slider), "talk"), null);
    assert.equal(keyOf(press("Home", slider), "talk"), null);
    assert.equal(keyOf(press("r", slider), "talk"), "r");
  }
  assert.equal(keyOf(press(" ", "button"), "talk"), null);
  assert.equal(keyOf(press(" "), "talk"), " ");
});

test("any key closes a dialog, but for those that a browser needs in it", () => {
  for (const key of ["PageDown", "PageUp", "ArrowRight", " ", "q", "x", ".", "F5"]) assert.equal(closesDialog(press(key)), true, key);
  for (const key of ["Tab", "Escape", "ArrowDown", "ArrowUp", "Shift", "Control"]) assert.equal(closesDialog(press(key)), false, key);
  assert.equal(closesDialog(press(" ", "button")), false); // it presses Close
  assert.equal(closesDialog(press("Enter", "button")), false);
  assert.equal(closesDialog(press("PageDown", "button")), true);
});

test("the notes take only what is of use in the talk", () => {
  for (const key of ["p", "l", "d", "t", "q", "f"]) assert.equal(keyOf(press(key), "notes"), null);
  for (const key of ["r", "b", ".", "PageDown", "PageUp", "7"]) assert.equal(keyOf(press(key), "notes"), key);
});
