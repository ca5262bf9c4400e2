import assert from "node:assert/strict";
import { test } from "node:test";

import load from "../../dropviz/live/loader.js";

Object.assign(globalThis, { document: { scripts: [] }, location: { origin: "https://example.org" } });

const script = "data:text/javascript,export default ({ data }) => { data.ran += 1; return () => { data.ended = true; }; }";
const call = (data, address = script) => {
  const root = { isConnected: true, dataset: { script: encodeURI(address) } };
  return { data, parentElement: { querySelector: () => root } };
};
const soon = () => new Promise((resolve) => { setTimeout(resolve, 20); });

test("a script runs when it has come, and from then on at once", async () => {
  const first = { ran: 0, ended: false };
  const end = load(call(first));
  assert.equal(first.ran, 0);
  await soon();
  assert.equal(first.ran, 1);
  end();
  assert.ok(first.ended);
  const second = { ran: 0, ended: false };
  load(call(second))();
  assert.deepEqual(second, { ran: 1, ended: true });
});

test("each address has its own script", async () => {
  const data = { ran: 0, other: false };
  load(call(data, script.replace("data.ran += 1", "data.other = true")));
  assert.deepEqual(data, { ran: 0, other: false });
  await soon();
  assert.deepEqual(data, { ran: 0, other: true });
});
