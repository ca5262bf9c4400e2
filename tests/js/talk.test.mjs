// What a talk knows without a page: who was right, how the time stands, where a pen has been.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clockWords, minutesOf } from "../../dropviz/live/clock.js";
import { penPath } from "../../dropviz/live/pointing.js";
import { hear } from "../../dropviz/live/scenes.js";
import { forgetAnswers, givenAnswers, isRight, keepAnswers, resultOf } from "../../dropviz/live/answers.js";

const OPTIONS = [{ text: "no", right: false }, { text: "yes", right: true }];
/** @type {any} */
const CHOICE = { options: OPTIONS, drag: null, value: null };
/** @type {any} */
const DRAG = { options: [], drag: { rate: 0.5, within: 0.4 }, value: 2.5 };

test("an answer is right, wrong, or was not given", () => {
  assert.deepEqual([0, 1, null].map((chosen) => isRight(CHOICE, { chosen, guess: null })), [false, true, null]);
  assert.deepEqual([2.1, 2.95, null].map((guess) => isRight(DRAG, { chosen: null, guess })), [true, false, null]);
});

// The result of three questions and a scene without one.
const told = (...answers) => resultOf(/** @type {any} */ ({
  scenes: [{ title: "A", question: CHOICE }, { title: "no question", question: null }, { title: "B", question: CHOICE }, { title: "C", question: DRAG }],
  answers: [answers[0], { revealed: false, chosen: null, guess: null }, answers[1], answers[2]],
}));
const none = { revealed: false, chosen: null, guess: null };
const right = { revealed: true, chosen: 1, guess: null };
const wrong = { revealed: true, chosen: 0, guess: null };

test("the result counts what was predicted and names what to look at again", () => {
  const { title, sentence, again } = told(right, wrong, none);
  assert.deepEqual([title, sentence, again.map((row) => [row.at, row.title])],
    ["1 of 2 predicted right", "1 was not predicted.", [[2, "B"]]]);
  assert.equal(told(right, wrong, { ...wrong, chosen: null, guess: 9 }).sentence, ""); // the links say it all
  assert.equal(told(right, right, { revealed: true, chosen: null, guess: 2.4 }).sentence, "Nothing to look at again.");
  assert.equal(told(none, none, none).title, "What there was to predict");
  assert.equal(told({ ...none, revealed: true }, none, none).title, "What there was to predict"); // shown, not predicted
  assert.deepEqual(told(none, none, none).rows.map(({ at }) => at), [0, 2, 3]);
});

test("a guess that was not revealed yet counts for nothing", () => {
  assert.equal(told(right, none, { revealed: false, chosen: null, guess: 9 }).title, "1 of 1 predicted right");
});

test("the clock says what has passed, what is left, and by how much it is over", () => {
  assert.deepEqual(clockWords(0, 0), { passed: "00:00", left: "", over: false });
  assert.deepEqual(clockWords(61, 45), { passed: "01:01", left: "43:59 left", over: false });
  assert.deepEqual(clockWords(2700, 45), { passed: "45:00", left: "00:00 left", over: false });
  assert.deepEqual(clockWords(2765, 45), { passed: "46:05", left: "over by 01:05", over: true });
  assert.equal(clockWords(6000, 0).passed, "100:00");
});

test("minutes are whole and within bounds, or none", () => {
  assert.deepEqual(["45", "", "0", "-3", "1e9", "x", null, "12.4"].map(minutesOf), [45, 0, 0, 0, 600, 0, 0, 12]);
});

test("a pen goes on where it was, in thousandths of its sheet; a point is a dot", () => {
  const sheet = { left: 10, top: 20, width: 200, height: 100 };
  const dot = penPath("", [{ clientX: 110, clientY: 70 }], sheet);
  assert.equal(dot, "M500,500l0,0");
  assert.equal(penPath(dot, [{ clientX: 210, clientY: 20 }, { clientX: 10, clientY: 120 }], sheet), `${dot}L1000,0L0,1000`);
});

// What a talk does when another window says these messages.
function done(...messages) {
  const calls = [];
  const act = new Proxy({}, { get: (_, name) => (...given) => calls.push([name, ...given]) });
  const talk = /** @type {any} */ ({ act, mode: "talk", notes: null, parts: { dark: { hidden: true } } });
  for (const message of messages) hear(talk, message);
  return calls;
}

test("a talk does what its notes may ask, and nothing else that a window says", () => {
  const asks = ["forward", "back", "reveal"].map((ask) => ({ ask }));
  assert.deepEqual(done(...asks, { ask: "dark" }, { ask: "scene", scene: 2 }),
    [["forward"], ["back"], ["reveal"], ["darken"], ["show", 2]]);
  const foreign = ["restart", "setMode", "constructor", "__proto__", "toString", "", null, ["back"]].map((ask) => ({ ask }));
  const nowhere = [undefined, null, NaN, "1", 0.5, {}].map((scene) => ({ ask: "scene", scene }));
  assert.deepEqual(done(...foreign, ...nowhere, {}), []);
});

// A store as a browser's.
const storeOf = (held = new Map()) => ({ getItem: (name) => held.get(name) ?? null, setItem: (name, value) => held.set(name, value) });
/** @type {any} */
const SCENES = [{ title: "A", question: CHOICE }, { title: "text", question: null }, { title: "C", question: DRAG }];

test("answers outlive a reload, in whatever order the scenes are; another question has none", () => {
  globalThis.sessionStorage = /** @type {any} */ (storeOf());
  const answers = givenAnswers(SCENES);
  Object.assign(answers[2], { revealed: true, stepped: true, guess: 2.4 });
  keepAnswers({ scenes: SCENES, answers, mode: "talk" });
  const [c, , a] = givenAnswers([...SCENES].reverse());
  assert.deepEqual([c, a], [answers[2], answers[0]]);
  const other = { ...SCENES[2], question: { ...DRAG, value: 3 } };
  assert.equal(givenAnswers([other])[0].revealed, false);
  keepAnswers({ scenes: SCENES, answers: givenAnswers([{}, {}, {}]), mode: "notes" }); // which answer nothing
  assert.equal(givenAnswers(SCENES)[2].revealed, true);
  forgetAnswers({ scenes: SCENES, answers, mode: "talk" });
  assert.deepEqual([answers[2], givenAnswers(SCENES)[2]].map(({ revealed, guess }) => [revealed, guess]), [[false, null], [false, null]]);
});

test("without a store a talk begins all the same", () => {
  delete globalThis.sessionStorage;
  const answers = givenAnswers(SCENES);
  keepAnswers({ scenes: SCENES, answers, mode: "talk" });
  assert.equal(answers.length, 3);
});
