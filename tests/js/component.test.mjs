import assert from "node:assert/strict";
import { test } from "node:test";

import { keepMounted, teller } from "../../dropviz/live/component.js";

// What was done for these heads, one rerun after the other; `at once`: before any data has come.
async function told(heads, atOnce = false) {
  const root = /** @type {any} */ ({ isConnected: true });
  const done = [];
  const live = { destroy() {} };
  const acts = {
    begin: (data, head) => { done.push(`begin ${data} at ${head.rate}`); return live; },
    renew: (_, data) => { done.push(`renew ${data}`); return live; },
    arrive: () => done.push("arrive"),
  };
  for (const head of heads) {
    keepMounted(root, head, () => Promise.resolve(head.version), acts);
    if (!atOnce) await Promise.resolve();
  }
  await new Promise((resolve) => { setTimeout(resolve); });
  return done;
}

const head = (version, arrival = 0, rate = 0.3) => ({ version, arrival, rate });

test("a rerun with nothing new does nothing, one with new data renews", async () => {
  assert.deepEqual(await told([head("a"), head("a"), head("b")]), ["begin a at 0.3", "renew b"]);
});

test("who comes anew is heard, with another picture too", async () => {
  assert.deepEqual(await told([head("a"), head("a", 1)]), ["begin a at 0.3", "arrive"]);
  assert.deepEqual(await told([head("a"), head("b", 1)]), ["begin a at 0.3", "renew b", "arrive"]);
  assert.deepEqual(await told([head("a"), head("b", 1), head("b", 1)]), ["begin a at 0.3", "renew b", "arrive"]);
});

test("of data that come at once the newest counts, and its place", async () => {
  assert.deepEqual(await told([head("a"), head("b", 1, 0.7)], true), ["begin b at 0.7"]);
  assert.deepEqual(await told([head("a"), head("a", 1, 0.7)], true), ["begin a at 0.7"]);
});

test("what is told once more is new, and names the arrival it belongs to", () => {
  const root = /** @type {any} */ ({ isConnected: true });
  const acts = { begin: () => ({ destroy() {} }), renew: (live) => live, arrive() {} };
  const said = [];
  const tell = teller(root, (name, told) => said.push([name, told]));
  for (const arrival of [1, 2]) {
    keepMounted(root, head("a", arrival), () => Promise.resolve("a"), acts);
    tell("rate", 0.5);
    tell("rate", 0.5);
  }
  assert.deepEqual(said.map(([name, { value, arrival }]) => [name, value, arrival]), [1, 1, 2, 2].map((at) => ["rate", 0.5, at]));
  assert.equal(new Set(said.map(([, { count }]) => count)).size, 4);
});
