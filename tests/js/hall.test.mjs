// What a hall knows without a page: the line and its pauses, votes and what becomes of them, and what they come to.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createBallot, outcomeOf } from "../../dropviz/live/ballot.js";
import { headcount, isLocal, placeOf, roomsAt } from "../../dropviz/live/room.js";
import { eventReader, pauseBefore, refusalOf } from "../../dropviz/live/stream.js";
import { hallShare, rightShare, tallyOf } from "../../dropviz/live/tally.js";
import { whereabouts } from "../../dropviz/live/whereabouts.js";

/** @type {any} */
const CHOICE = { options: [{ text: "a" }, { text: "b" }], drag: null, value: null };
/** @type {any} */
const DRAG = { options: [], drag: { rate: 0.5, within: 0.5 }, value: 2 };

test("events are read from pieces cut anywhere; signs of life say nothing; a closed room is null", () => {
  const text = 'retry: 500\n\ndata: {"scene":1}\n\n:\n\ndata: {"scene":2,\ndata: "rate":0.5}\n\nevent: closed\ndata: {}\n\n';
  const expected = [{ scene: 1 }, { scene: 2, rate: 0.5 }, null];
  for (let size = 1; size <= text.length; size += 1) {
    const read = eventReader();
    const states = [];
    for (let at = 0; at < text.length; at += size) states.push(...read(text.slice(at, at + size)));
    assert.deepEqual(states, expected);
  }
});

test("pauses grow, have an end, and are no two phones' the same", () => {
  const longest = Array.from({ length: 9 }, (_, attempt) => pauseBefore(attempt, 1));
  assert.deepEqual(longest.slice(0, 4), [250, 500, 1000, 2000]);
  assert.deepEqual(new Set(longest.slice(3)), new Set([2000]));
  assert.deepEqual([0, 0.5, 1].map((chance) => pauseBefore(9, chance)), [1000, 1500, 2000]);
});

test("a refusal means a closed room, a full hall or a lost line", () => {
  assert.deepEqual([403, 404, 429, 503, 500, 502, 200].map(refusalOf), ["closed", "closed", "full", "full", "lost", "lost", "lost"]);
});

test("a vote is in, too late, refused, or to be sent again", () => {
  assert.deepEqual([204, 409, 422, 404, 0, 429, 500, 503].map(outcomeOf), ["in", "late", "refused", "refused", "again", "again", "again", "again"]);
});

test("votes wait for the line, the newest of a scene alone, and each is answered once", async () => {
  const sent = [];
  const heard = [];
  const answers = [0, 503, 204, 204];
  const ballot = createBallot((vote) => { sent.push([vote.scene, vote.option]); return Promise.resolve(answers[sent.length - 1]); },
    (vote, outcome) => heard.push([vote.scene, vote.option, outcome]));
  const first = ballot.cast({ scene: 3, option: 0, voter: "v" });
  ballot.cast({ scene: 3, option: 1, voter: "v" });
  ballot.cast({ scene: 4, option: 2, voter: "v" });
  assert.ok(ballot.waits(3) && ballot.waits(4) && !ballot.waits(5));
  await first;
  assert.deepEqual(sent, [[3, 0], [3, 1], [3, 1], [4, 2]]);
  assert.deepEqual(heard, [[3, 1, "in"], [4, 2, "in"]]);
  assert.ok(!ballot.waits(3));
});

test("shares of options add up, and nothing is said of a hall that has not answered", () => {
  assert.deepEqual(tallyOf(CHOICE, [1, 3]), { shares: [0.25, 0.75], said: "", strip: null });
  assert.deepEqual([tallyOf(CHOICE, [0, 0]), tallyOf(CHOICE, null), tallyOf(CHOICE, undefined), tallyOf(null, [1])], [null, null, null, null]);
  const shares = [0, 1 / 300, 0.01, 0.626, 0.99, 299 / 300, 1];
  assert.deepEqual(shares.map((share) => hallShare(share).slice(5, -2)), ["0", "<1", "1", "63", "99", ">99", "100"]);
});

test("the share that was right counts every right option, or what lies near the value; no votes are no share", () => {
  /** @type {any} */
  const choice = { options: [{ right: true }, { right: false }, { right: false }] };
  assert.deepEqual([[1, 3, 0], [0, 2, 0], [2, 0, 0]].map((votes) => rightShare(choice, votes)), [0.25, 0, 1]);
  assert.deepEqual([[0, 0, 0], null, undefined].map((votes) => rightShare(choice, votes)), [null, null, null]);
  const predicted = { low: 1, high: 5, log: false, right: 3 };
  assert.equal(rightShare(DRAG, { ...predicted, bins: [0, 4, 2, 0] }), 0.5);
  assert.equal(rightShare(DRAG, { ...predicted, bins: [0, 0], right: 0 }), null);
});

test("predictions are heaps over the axis, and the truth stands where it is", () => {
  const { said, strip } = tallyOf(DRAG, { low: 1, high: 5, log: false, bins: [0, 4, 2, 0], right: 3 });
  assert.equal(said, "The hall: 50\u00A0% right.");
  assert.deepEqual(strip, { heights: [0, 1, 0.5, 0], truth: 0.25, shown: "2", right: [0.125, 0.375], ticks: [1, 2, 3, 4, 5].map((tick) => ({ text: String(tick), place: (tick - 1) / 4 })) });
  const log = tallyOf({ ...DRAG, value: 10, drag: { rate: 0.5, within: 20 } }, { low: 1, high: 100, log: true, bins: [1], right: 0 }).strip;
  assert.equal(log.truth, 0.5);
  assert.equal(log.right[0], 0); // what is below 0 has no logarithm
});

test("where a talk is, is its scene, its reveal and its slider", () => {
  /** @type {any} */
  const talk = { scenes: [{}, {}], current: 1, answers: [{ revealed: true }, { revealed: false }], pictures: [] };
  assert.deepEqual(placeOf(talk), { scene: 2, revealed: false, rate: null });
  talk.pictures[1] = { live: { live: { payload: { rates: [0, 0.5] }, index: 1 } } };
  assert.deepEqual(placeOf({ ...talk, answers: [{}, { revealed: true }] }), { scene: 2, revealed: true, rate: 0.5 });
  /** @type {any} */
  const state = { present: 212, answered: 143 };
  assert.deepEqual([headcount(state, true), headcount(state, false), headcount(null, true)], ["212 here, 143 answered", "212 here", ""]);
});

test("what a speaker types as the app's address leads phones to its rooms, or is none", () => {
  const typed = ["192.168.1.20:8501", " https://a.example/app/ ", "http://x", "", "a b", "x?y=1", "me@x"];
  assert.deepEqual(typed.map(roomsAt), ["http://192.168.1.20:8501/hall", "https://a.example/app/hall", "http://x/hall", "", "", "", ""]);
  assert.deepEqual(["http://localhost:1/hall", "http://127.0.0.1/hall", "https://localhost.example/hall", "http://10.0.0.7/hall"].map(isLocal), [true, true, false, false]);
});

test("a phone says how its line stands, where it looks, and what became of its answer", () => {
  /** @type {any} */
  const here = {
    line: "there", away: false, at: 2, places: 10, question: CHOICE, answer: { revealed: false }, waits: false,
    state: { scene: 3, revealed: false },
  };
  const said = (changes) => whereabouts({ ...here, ...changes }).said;
  assert.equal(said({}), "Choose an answer: it counts until the reveal.");
  assert.equal(said({ question: DRAG }), "Drag the point: it counts until the reveal.");
  assert.equal(said({ waits: true }), "Sending your answer…");
  assert.equal(said({ outcome: "in" }), "Your answer is in. You can change it until the reveal.");
  assert.equal(said({ outcome: "in", answer: { revealed: true } }), "Your answer is in.");
  assert.equal(said({ outcome: "late", state: { scene: 3, revealed: true } }), "Your answer came after the reveal: it does not count.");
  assert.equal(said({ outcome: "in", state: { scene: 3, revealed: true } }), "You follow the lecturer.");
  assert.equal(said({ question: null }), "You follow the lecturer.");
  assert.deepEqual(whereabouts({ ...here, away: true, at: 10 }), { said: "You look at the result, the hall at scene 3.", away: true });
  assert.equal(said({ line: "lost" }), "Line lost, trying again");
  assert.equal(said({ line: "lost", waits: true }), "Line lost, trying again. Your answer is sent when it is back.");
  assert.equal(said({ line: "connecting", state: null }), "Connecting…");
  assert.match(said({ line: "closed" }), /^This room has ended/);
});
