// The speaker's clock: the time of day, and how long the talk has lasted of what it may last. A reload changes neither.

import { button, element } from "./dom.js";
import { keep, ofComputer, ofWindow, stored } from "./store.js";

const TICK_MS = 500;
const RUN = "dropviz-story-clock"; // when it began, and what had passed before: of this window
const TARGET = "dropviz-story-minutes"; // of all talks on this computer
const MOST_MINUTES = 600;

const twoDigits = (number) => String(number).padStart(2, "0");
const clockTime = (seconds) => `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`;

/**
 * What has passed and what is left, in words. `minutes` is 0 where a talk may last as it likes.
 * @param {number} seconds whole ones that have passed @param {number} minutes
 */
export function clockWords(seconds, minutes) {
  const left = 60 * minutes - seconds;
  const said = !minutes ? "" : left >= 0 ? `${clockTime(left)} left` : `over by ${clockTime(-left)}`;
  return { passed: clockTime(seconds), left: said, over: Boolean(minutes) && left < 0 };
}

/** Minutes from 1 to 600, or 0: none. @param {unknown} text */
export function minutesOf(text) {
  const minutes = Math.round(Number(text));
  return minutes >= 1 ? Math.min(MOST_MINUTES, minutes) : 0;
}

/** A clock with its buttons; `start` lets it run if it has never run, `stop` ends it. */
export function createClock() {
  const run = { began: 0, before: 0, ...stored(ofWindow, RUN, {}) };
  const elapsed = () => run.before + (run.began ? Date.now() - run.began : 0);
  const part = (name, attributes = {}) => element("p", { class: `story-${name}`, ...attributes });
  const [day, timer, left] = [part("day"), part("timer", { role: "timer" }), part("left")];
  const target = element("input", {
    class: "story-target", type: "number", min: 1, max: MOST_MINUTES, value: minutesOf(stored(ofComputer, TARGET, 0)) || "",
    placeholder: "none", "aria-label": "minutes that the talk may last",
  });
  const show = () => {
    const { passed, left: said, over } = clockWords(Math.floor(elapsed() / 1000), minutesOf(target.value));
    const now = new Date();
    day.textContent = `${twoDigits(now.getHours())}:${twoDigits(now.getMinutes())}`;
    [timer.textContent, left.textContent] = [passed, said];
    left.classList.toggle("story-over", over);
    startStop.textContent = run.began ? "Pause" : "Start";
  };
  const set = (began, before) => {
    Object.assign(run, { began, before });
    keep(ofWindow, RUN, run);
    show();
  };
  const startStop = button("story-step", "Start", () => set(run.began ? 0 : Date.now(), elapsed()));
  const reset = button("story-step", "Reset", () => set(run.began ? Date.now() : 0, 0));
  target.addEventListener("input", () => { keep(ofComputer, TARGET, minutesOf(target.value)); show(); });
  const ticking = setInterval(show, TICK_MS);
  show();
  return {
    node: element("div", { class: "story-clock" }, [
      day, timer, element("label", { class: "story-of" }, ["of ", target, " minutes"]), left, startStop, reset,
    ]),
    start: () => { if (!run.began && !run.before) set(Date.now(), 0); },
    stop: () => clearInterval(ticking),
  };
}
