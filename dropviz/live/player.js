// The slider: by pointer, by keys, and by itself.

import { nearest } from "./scales.js";

const FULL_SWEEP_MS = 7000;
const CALM_STEP_MS = 1000; // a leap a second, for those who asked for less motion
const KEY_PAUSE_MS = 150; // keys fire one change each: wait for the last
const DIRECTIONS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** What moves `live.index`; `paint` draws it, `onCommit` hears the rate when the hand has let go. */
export function createPlayer(live, paint, onCommit) {
  const { range, status } = live.parts;
  let frame = 0;
  let timer = 0;

  // Steps that arrive before the display's next frame replace one another: the newest is drawn.
  const go = (next) => {
    live.index = Math.max(0, Math.min(live.payload.rates.length - 1, next));
    range.value = live.index;
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; paint(); });
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

  range.addEventListener("input", () => { stop(); go(Number(range.value)); });
  range.addEventListener("change", () => commit(KEY_PAUSE_MS));
  range.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    if (!direction || !event.shiftKey) return;
    event.preventDefault();
    const { rates, leap } = live.payload;
    stop();
    go(nearest(rates, rates[live.index] + direction * leap));
    commit(KEY_PAUSE_MS);
  });

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

// The button that lets the slider run from where it is to its end.
function createPlay(live, go, commit) {
  const { play } = live.parts;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let playing = 0;

  const stop = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.classList.remove("dv-playing");
    play.setAttribute("aria-label", "Play: sweep the slider");
  };

  const start = () => {
    const { rates, leap } = live.payload;
    const last = rates.length - 1;
    const from = live.index >= last ? 0 : live.index;
    const began = performance.now();
    play.classList.add("dv-playing");
    play.setAttribute("aria-label", "Pause");
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
