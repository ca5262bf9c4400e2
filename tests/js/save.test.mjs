import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName } from "../../dropviz/live/save.js";

test("a file is named after the panel and the place", () => {
  assert.equal(fileName("Mean of a unit", "dropout rate", "0.30", "svg"), "mean-of-a-unit-dropout-rate-0.30.svg");
  assert.equal(fileName("Training loss", "", "", "png"), "training-loss.png");
  assert.equal(fileName("a step", "training step", "1,000,000", "png"), "a-step-training-step-1-000-000.png");
});

test("no sign of a title leads out of the folder, hides the file or ends its name early", () => {
  assert.equal(fileName("../a\\b: c?", "", "", "svg"), "a-b-c.svg");
  assert.equal(fileName("…and so on…", "", "", "svg"), "and-so-on.svg");
  assert.equal(fileName("Größe × 10⁻⁵", "", "", "svg"), "gro-e-10-5.svg");
  assert.equal(fileName("E[y] = a", "p", ".5", "svg"), "e-y-a-p-.5.svg");
  assert.equal(fileName("Δ", "", "", "svg"), "panel.svg");
});
