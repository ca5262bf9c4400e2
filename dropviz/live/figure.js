// The live figure. One slider drives the panels, a row of neurons and the numbers; nothing leaves the browser until the
// drag ends. The app, the story and the standalone page all call `mount`.

import { fillBlocks, keepRoom, skeleton } from "./blocks.js";
import { LEADS } from "./hand.js";
import { keepMoved } from "./knots.js";
import { drawPicture, MOVE_MS, picturePanels } from "./picture.js";
import { nearest } from "./scales.js";
import { dataTables } from "./tables.js";
import { revive } from "./wire.js";

const FULL_SWEEP_MS = 7000;
const CALM_STEP_MS = 1000; // a leap a second, for those who asked for less motion
const KEY_PAUSE_MS = 150; // keys fire one change each: wait for the last
const TABLE_PAUSE_MS = 200; // tables are not made at every step of a drag

// The slider, by pointer, keys and itself, moves `live.index`; `onCommit` hears the rate when the hand has let go.
function createPlayer(live, onCommit) {
  const { range, status } = live.parts;
  let frame = 0;
  let timer = 0;

  // Steps that arrive before the display's next frame replace one another: the newest is drawn.
  const go = (next) => {
    live.index = Math.max(0, Math.min(live.payload.rates.length - 1, next));
    if (Number(range.value) !== live.index) range.value = live.index;
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; paint(live); });
  };

  const commit = (delay = 0) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { payload, index, committed } = live;
      if (committed === payload.rates[index]) return;
      live.committed = payload.rates[index];
      status.textContent = payload.texts.summary ? payload.texts.summary[index] : "";
      onCommit(live.committed);
    }, delay);
  };

  const { stop, toggle } = createPlay(live, go, commit);
  live.hand = handOf(live, { go, commit, stop });

  return {
    toggle,
    set: (rate) => {
      stop();
      go(nearest(live.payload.rates, rate));
      live.committed = live.payload.rates[live.index];
    },
    destroy: () => {
      stop();
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    },
  };
}

// What a hand does, at the slider or in a panel.
function handOf(live, { go, commit, stop }) {
  const { range } = live.parts;
  range.addEventListener("input", () => { stop(); go(Number(range.value)); });
  range.addEventListener("change", () => commit(KEY_PAUSE_MS));
  // By one place, or by a leap.
  const step = (direction, leaps) => {
    const { rates, leap } = live.payload;
    stop();
    go(leaps ? nearest(rates, rates[live.index] + direction * leap) : live.index + direction);
    commit(KEY_PAUSE_MS);
  };
  range.addEventListener("keydown", (event) => {
    const direction = LEADS[event.key];
    if (!direction || !event.shiftKey) return;
    event.preventDefault();
    step(direction, true);
  });
  return { go: (next) => { stop(); go(next); }, release: () => commit(), step };
}

// The button that lets the slider run from where it is to its end.
function createPlay(live, go, commit) {
  const { play } = live.parts;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let playing = 0;

  const look = (running) => {
    play.classList.toggle("dv-playing", running);
    play.setAttribute("aria-label", running ? "Pause" : "Play: sweep the slider");
  };

  const stop = () => { // every step of a drag does
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    look(false);
  };

  const start = () => {
    const { rates, leap } = live.payload;
    const last = rates.length - 1;
    const from = live.index >= last ? 0 : live.index;
    const began = performance.now();
    look(true);
    const tick = (now) => {
      const elapsed = Math.max(0, now - began);
      const next = calm.matches
        ? nearest(rates, rates[from] + leap * Math.floor(elapsed / CALM_STEP_MS))
        : Math.min(last, from + Math.floor((elapsed / FULL_SWEEP_MS) * last));
      if (next !== live.index) go(next);
      if (next < last) playing = requestAnimationFrame(tick);
      else { stop(); commit(); }
    };
    playing = requestAnimationFrame(tick);
  };

  const toggle = () => {
    if (playing) { stop(); commit(); } else start();
  };
  play.addEventListener("click", toggle);
  return { stop, toggle };
}

const tabulate = ({ parts, payload: { rows, rates }, index }) =>
  parts.tables.replaceChildren(...dataTables(rows.flatMap(({ panels }) => panels), rates, index));

/** @param {Live} live */
function paint(live) {
  const { root, parts, payload, index } = live;
  live.moveBlocks(index);
  live.movePicture(index);
  if (parts.data.open) {
    clearTimeout(live.tableTimer);
    live.tableTimer = setTimeout(() => tabulate(live), TABLE_PAUSE_MS);
  }
  root.dispatchEvent(new CustomEvent("dv-drawn", { detail: { rate: payload.rates[index] } }));
}

function drawFigure(live, anotherDraw = false) {
  // Into the same nodes: an observer watches how wide they are. To measure them the browser would lay out the page.
  const measured = anotherDraw && Boolean(live.fitted && live.width);
  if (!measured) live.width = live.parts.picture.clientWidth;
  if (!live.width) return; // hidden: the observer calls again when there is room
  keepRoom(live, anotherDraw);
  drawPicture(live, anotherDraw, measured);
  paint(live);
}

// The figure with what its chosen variant adds.
function varied(whole, chosen) {
  const variant = whole.variants[chosen];
  if (!variant) return whole;
  const { rows, texts, alt } = variant;
  return { ...whole, chosen, alt, rows: [...rows, ...whole.rows], texts: { ...whole.texts, ...texts } };
}

function showPayload(live, whole, rate, chosen) {
  revive(whole.rows);
  revive(whole.variants);
  const payload = varied(whole, chosen);
  const index = nearest(payload.rates, rate);
  Object.assign(live, { whole, payload, index }); // what is not told yet still is to be
  keepMoved(live);
  if (picturePanels(live.parts.picture, payload.rows)) live.fitted = "";
  live.moveBlocks = fillBlocks(live);
  live.parts.range.value = index;
  drawFigure(live, true);
  live.root.dataset.ready = "true";
  askForMore(live); // a fold may stand open already
}

// What unfolds may not be there before somebody unfolds something.
function askForMore(live) {
  if (live.payload.more && live.root.querySelector("details[open]")) live.onUnfold();
}

// Show another variant; what can move there does.
function choose(live, chosen) {
  if (chosen === live.payload.chosen || !live.whole.variants[chosen]) return;
  live.root.classList.add("dv-eased");
  setTimeout(() => live.root.classList.remove("dv-eased"), 2 * MOVE_MS);
  showPayload(live, live.whole, live.payload.rates[live.index], chosen);
}

/**
 * Show a live figure in `root`, with the slider at `rate`; `onCommit` hears the rate when a drag has ended, `plotly` are
 * the addresses where the library can be had, `onChoose` hears of another variant than the `chosen` one, `onMove` of the
 * knots that a hand has moved: without it, it moves none. `onUnfold` hears that somebody wants what has `more` to come.
 * @param {HTMLElement} root @param {Payload} first @param {number} rate @param {Settings} settings @returns {Mounted}
 */
export function mount(root, first, rate, { onCommit = () => {}, onChoose = () => {}, onMove = null, onUnfold = () => {}, chosen = first.chosen, plotly = null } = {}) {
  const parts = skeleton(root);
  const none = { whole: null, payload: null, index: 0, committed: 0, shown: [], drawn: [], hand: null, moveBlocks: null, fitted: "" }; // until there are some
  /** @type {Live} */
  const live = { root, parts, plotly, onMove, onUnfold, ...none, width: 0, sizes: { unit: 1, tallest: NaN }, moving: 0, tableTimer: 0, movePicture: () => {} };
  const player = createPlayer(live, onCommit);
  parts.data.addEventListener("toggle", () => (parts.data.open ? tabulate(live) : parts.tables.replaceChildren()));
  root.addEventListener("toggle", ({ target }) => {
    askForMore(live);
    if (target instanceof HTMLElement && target.matches(".dv-fold")) drawFigure(live); // what is folded was not drawn
  }, { capture: true });
  const watcher = new ResizeObserver(() => { if (parts.picture.clientWidth !== live.width) drawFigure(live); });
  root.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
    choose(live, target.value);
    onChoose(target.value);
  });
  showPayload(live, first, rate, chosen);
  live.committed = live.payload.rates[live.index];
  watcher.observe(parts.picture);
  return {
    live,
    replace: (payload) => showPayload(live, payload, live.payload.rates[live.index], live.payload.chosen),
    choose: (name) => choose(live, name),
    redraw: () => drawFigure(live),
    set: player.set,
    toggle: player.toggle,
    destroy: () => {
      player.destroy();
      cancelAnimationFrame(live.moving);
      clearTimeout(live.tableTimer);
      watcher.disconnect();
    },
  };
}
