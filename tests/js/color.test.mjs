import assert from "node:assert/strict";
import { test } from "node:test";

import { channelsOf } from "../../dropviz/live/color.js";

test("a colour is read in each of the forms in which browsers tell it", () => {
  assert.deepEqual(channelsOf("rgb(16, 19, 22)"), [16, 19, 22, 1]);
  assert.deepEqual(channelsOf("rgba(16, 19, 22, 0.5)"), [16, 19, 22, 0.5]);
  assert.deepEqual(channelsOf("color(srgb 0 0.5 1)"), [0, 128, 255, 1]);
  assert.deepEqual(channelsOf("color(srgb 1 1e-7 0.2 / 0.72)"), [255, 0, 51, 0.72]);
});
