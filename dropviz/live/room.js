// The room of a talk: opened for the phones of a hall, told where the talk is, and asked how the hall has answered.

import { keep, ofComputer, ofWindow, stored } from "./store.js";
import { followEvents, refusalOf, rest } from "./stream.js";
import { tallyOf } from "./tally.js";

const OPENED = "dropviz-room"; // of this window: code, key, and the story that is told in it
const REACHED = "dropviz-hall-address"; // of this computer: where the hall finds the app, as a speaker has said
const APART_MS = 100; // from one message to the next
const PATIENCE_MS = 5000;

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

const storyOf = ({ address, story, order }) => [address, story, order].join(" ");

const ask = (address, method, { key = "", body = null } = {}) => fetch(address, {
  method, body, signal: AbortSignal.timeout(PATIENCE_MS),
  headers: { ...(body === null ? {} : { "Content-Type": "application/json" }), ...(key ? { Authorization: `Bearer ${key}` } : {}) },
});

/** Where phones find the rooms of the app that is at this address; "" where it is none. @param {string} typed */
export function roomsAt(typed) {
  const whole = /^https?:\/\//i.test(typed.trim()) ? typed.trim() : `http://${typed.trim()}`;
  return /^https?:\/\/[^\s?#@/]+(\/[^\s?#@]*)?$/i.test(whole) ? `${whole.replace(/\/+$/, "")}/hall` : "";
}

/** Whether only this computer finds an address. @param {string} address */
export const isLocal = (address) => /^\w+:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/]|$)/.test(address);

/** Where a talk is, for the hall. @param {Pick<Talk, "scenes" | "current" | "answers" | "pictures">} talk */
export const placeOf = ({ current, answers, pictures }) => {
  const live = pictures[current]?.live?.live;
  return { scene: current + 1, revealed: answers[current].revealed, rate: live ? live.payload.rates[live.index] : null };
};

/** How many are here, and have answered, in words. @param {HallState | null} state @param {boolean} asks */
export const headcount = (state, asks) =>
  (state ? `${state.present} here${asks ? `, ${state.answered} answered` : ""}` : "");

// Tell the server where the talk is: the newest place, again until it has it.
async function push(room) {
  if (room.pushing || !room.key) return;
  room.pushing = true;
  for (let attempt = 0; room.key;) {
    const body = JSON.stringify(placeOf(room.talk));
    if (body === room.told) break;
    const { status } = await ask(`${room.address}/state`, "PUT", { key: room.key, body }).catch(() => ({ status: 0 }));
    const line = status && status < 500 ? refusalOf(status) : "lost";
    if (status === 0 || status >= 500 || line === "full") {
      await rest(attempt);
      attempt += 1;
    } else if (line === "closed") lose(room);
    else {
      room.told = body;
      attempt = 0;
      await wait(APART_MS);
    }
  }
  room.pushing = false;
}

function forget(room) {
  room.stream?.end();
  Object.assign(room, { code: "", key: "", address: "", told: "", state: null, stream: null, line: "connecting" });
  room.counts.clear();
  room.talk.hall = null;
  keep(ofWindow, OPENED, null);
}

// A room that the server no longer has, though nobody here has ended it.
function lose(room) {
  if (!room.key) return;
  forget(room);
  room.lost = true;
  room.changed();
}

// Listen to a room, and tell it where the talk is.
function enter(room, { code, key }) {
  const { talk, place } = room;
  Object.assign(room, { code, key, address: `${place.address}/${code}`, lost: false });
  talk.hall = { holds: () => false, answered: () => {}, moved: () => push(room), counts: (at) => room.counts.get(at) ?? null };
  room.stream = followEvents(`${room.address}/events`, { Authorization: `Bearer ${key}` }, {
    hear: (state) => {
      room.state = state;
      if (state.counts) room.counts.set(state.scene - 1, state.counts);
      room.changed();
    },
    tell: (line) => {
      const before = room.line;
      room.line = line;
      if (line === "closed") lose(room);
      else if (line !== before) room.changed();
    },
  });
  push(room);
}

async function openRoom(room) {
  const { story, order, address } = room.place;
  try {
    const answer = await ask(address, "POST", { body: JSON.stringify({ story, ...(order ? { order } : {}) }) });
    if (answer.status !== 201) return false;
    const { room: code, key } = await answer.json();
    keep(ofWindow, OPENED, { code, key, story: storyOf(room.place) });
    enter(room, { code, key });
  } catch { return false; }
  return true;
}

/**
 * The room that a talk can open; `changed` hears when the hall has. It outlives a reload of this window.
 * @param {Talk} talk @param {() => void} changed @returns {TalkRoom}
 */
export function createRoom(talk, changed) {
  const place = { ...talk.settings.room };
  if (isLocal(place.phones)) place.phones = stored(ofComputer, REACHED, place.phones);
  const room = {
    talk, place, changed, code: "", key: "", address: "", line: "connecting", state: null, counts: new Map(), told: "", pushing: false, stream: null, lost: false,
    opening: null,
  };
  talk.root.addEventListener("dv-drawn", () => push(room), { capture: true }); // the slider has moved
  return {
    open: () => {
      if (room.code) return Promise.resolve(true);
      room.opening ??= openRoom(room).finally(() => { room.opening = null; }); // Q may be pressed meanwhile
      return room.opening;
    },
    resume: () => {
      const { code, key, story } = stored(ofWindow, OPENED, {});
      if (room.code || !code) return;
      if (story === storyOf(place)) enter(room, { code, key });
      else { // its phones would look at what the screen no longer shows
        keep(ofWindow, OPENED, null);
        room.lost = true;
        ask(`${place.address}/${code}`, "DELETE", { key }).catch(() => {});
      }
    },
    close: () => {
      const { address, key } = room;
      forget(room);
      changed();
      return ask(address, "DELETE", { key }).catch(() => {});
    },
    reach: (typed) => {
      const phones = roomsAt(typed);
      if (!phones) return false;
      keep(ofComputer, REACHED, phones);
      place.phones = phones;
      changed();
      return true;
    },
    isLost: () => room.lost,
    end: () => { room.stream?.end(); room.key = ""; },
    now: () => {
      const { current, scenes } = talk;
      const { question } = scenes[current];
      if (!room.code) return null;
      const phones = `${place.phones}/${room.code}`;
      return {
        code: room.code, phones, qr: `${room.address}/qr.svg?address=${encodeURIComponent(phones)}`, lost: room.line !== "there",
        said: headcount(room.state, Boolean(question) && room.state?.scene === current + 1), options: question?.options ?? [],
        tally: tallyOf(question, room.counts.get(current)),
      };
    },
  };
}
