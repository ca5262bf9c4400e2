// The phone's page: the story as the hall sees it, or on one's own way, and one vote a question. It keeps no name.

import { createBallot } from "./ballot.js";
import { button, element, putText } from "./dom.js";
import { mountStory } from "./scenes.js";
import { keep, ofComputer, stored } from "./store.js";
import { followEvents, rest } from "./stream.js";
import { whereabouts } from "./whereabouts.js";

const KEPT = "dropviz-hall-"; // by room: what tells this phone's votes from those of others
const ROOM_LASTS_MS = 24 * 3600 * 1000;

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// Random, and of this room alone. Of rooms that are no more, nothing stays.
function voterOf(room) {
  const now = Date.now();
  try {
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith(KEPT))) {
      if (!(now - stored(ofComputer, name, {}).since < ROOM_LASTS_MS)) localStorage.removeItem(name);
    }
  } catch { /* no store: a reload is another phone */ }
  const { voter = hex(crypto.getRandomValues(new Uint8Array(16))), since = now } = stored(ofComputer, KEPT + room, {});
  keep(ofComputer, KEPT + room, { voter, since });
  return voter;
}

async function fetchStory(address) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetch(address);
      if (answer.ok) return answer.json();
      if (answer.status === 404) return null;
    } catch { /* no line */ }
    await rest(attempt);
  }
}

const sendTo = (address) => (vote) => fetch(address, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(vote),
}).then(({ status }) => status, () => 0);

const voteOf = (scene, voter, { chosen, guess }) =>
  (guess === null ? { scene, option: chosen, voter } : { scene, value: guess, voter });
const isGiven = ({ chosen, guess }) => chosen !== null || guess !== null;

// What the phone says and the way back, above the story.
function createBar(backToHall) {
  const said = element("p", { class: "hall-said", role: "status" });
  const back = button("hall-back", "Back to the hall", backToHall, { hidden: "" });
  return {
    node: element("div", { class: "hall-bar" }, [said, back]),
    show: ({ said: words, away }) => { putText(said, words); back.hidden = !away; },
  };
}

// Say on the bar how things are.
function say({ bar, told, state, line, away, ballot, outcomes }) {
  const at = told?.talk.current ?? 0;
  const scene = told?.talk.scenes[at];
  bar.show(whereabouts({
    line: line === "there" && !(told && state) ? "connecting" : line, away, state, at, question: scene?.question ?? null, answer: told?.talk.answers[at],
    outcome: outcomes.get(at + 1), waits: ballot.waits(at + 1), places: told?.talk.scenes.filter(({ ending }) => !ending).length,
  }));
}

// Vote with the answer to scene `at`, unless the server has that one.
function vote(phone, at) {
  const { told, voter, sent, ballot, outcomes } = phone;
  const answer = told.talk.answers[at];
  if (!isGiven(answer)) return;
  const cast = voteOf(at + 1, voter, answer);
  const text = JSON.stringify(cast);
  if (sent.get(at + 1) === text) return;
  sent.set(at + 1, text);
  outcomes.delete(at + 1);
  ballot.cast(cast);
  say(phone);
}

// Tell the scene anew where the hall has changed what stands there: who reveals it, how all have answered.
function refresh(phone) {
  const { told, counts } = phone;
  const at = told.talk.current;
  const now = JSON.stringify([at, told.talk.hall.holds(at), counts.get(at)]);
  if (now !== phone.shown) told.retell();
  phone.shown = now;
}

// Go where the hall is, unless one is on one's own way, and reveal what it has revealed.
function obey(phone) {
  const { told, state, counts } = phone;
  if (!told || !state) return;
  const { talk } = told;
  const at = Math.min(state.scene, talk.scenes.length) - 1;
  if (state.revealed && state.counts) counts.set(at, state.counts);
  if (phone.away && talk.current === at) phone.away = false;
  if (!phone.away && talk.current !== at) {
    told.show(at + 1);
    window.scrollTo(0, 0);
  }
  told.settle(at + 1, state.revealed);
  refresh(phone);
  if (!state.revealed) vote(phone, at);
  turn(phone, at);
  say(phone);
}

// The slider goes where the lecturer's has gone; what a hand sets here stays until then.
function turn(phone, at) {
  const { state: { rate, scene }, told: { talk } } = phone;
  const live = talk.pictures[at]?.live;
  const key = `${scene} ${rate}`;
  if (rate === null || !live || phone.away || phone.turned === key) return;
  phone.turned = key;
  live.set(rate);
}

// What the story asks of its hall.
const hallOf = (phone) => ({
  holds: (at) => !phone.away && phone.line !== "closed" && (!phone.state || at === phone.state.scene - 1),
  answered: (at) => {
    if (phone.state && !phone.state.revealed && at === phone.state.scene - 1) vote(phone, at);
  },
  moved: () => {},
  counts: (at) => phone.counts.get(at) ?? null,
});

function onMove(phone, number) {
  phone.away = Boolean(phone.state) && phone.line !== "closed" && number !== phone.state.scene;
  if (phone.told) refresh(phone);
  if (!phone.away) obey(phone);
  say(phone);
}

function onLine(phone, line) {
  const before = phone.line;
  phone.line = line;
  if (line === "closed") {
    phone.away = false;
    phone.ballot.clear();
    try { localStorage.removeItem(KEPT + phone.room); } catch { /* none */ }
  }
  if (line !== before) {
    if (phone.told) refresh(phone);
    say(phone);
  }
}

function outcomeOfVote(phone, { scene }, outcome) {
  phone.outcomes.set(scene, outcome);
  if (outcome === "late") phone.sent.delete(scene); // until the reveal is taken back
  say(phone);
}

// The phone in its room, whose address is that of the page.
async function joinHall(root) {
  const base = new URL(`${location.pathname.replace(/\/+$/, "")}/`, location.href);
  const room = base.pathname.split("/").at(-2);
  const voter = voterOf(room);
  const at = (name) => new URL(name, base).href;
  const phone = {
    room, voter, line: "connecting", away: false, state: null, told: null, turned: "", shown: "", bar: null, ballot: null,
    counts: new Map(), sent: new Map(), outcomes: new Map(), // by scene
  };
  phone.bar = createBar(() => { phone.away = false; obey(phone); });
  phone.ballot = createBallot(sendTo(at("votes")), (cast, outcome) => outcomeOfVote(phone, cast, outcome));
  root.before(phone.bar.node);
  say(phone);
  followEvents(`${at("events")}?voter=${voter}`, {}, {
    hear: (state) => { phone.state = state; obey(phone); },
    tell: (line) => onLine(phone, line),
  });
  const story = await fetchStory(at("story"));
  if (!story) { onLine(phone, "closed"); return; }
  for (const { image } of story.scenes) if (image) image.address = at(image.address);
  phone.told = mountStory(root, story, {
    scene: phone.state?.scene ?? 1, mode: "page", keptAs: KEPT + room, hall: hallOf(phone), onScene: (number) => onMove(phone, number),
  });
  root.removeAttribute("aria-busy");
  obey(phone);
  say(phone);
}

joinHall(document.querySelector(".story"));
