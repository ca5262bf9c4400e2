// A hand draws the rate anew: knots of its line are lifted and lowered, by pointer, finger and arrow keys. What is made
// of the rate alone follows at once; the words, and all the rest, when Python has answered.

import { element, furnish } from "./dom.js";
import { fillTip, hideTip, LEADS, putTip } from "./hand.js";
import { tenth, tickText } from "./scales.js";

const FINE = 0.01; // of an arrow key; with Shift ten times as much
const REST_MS = 300; // keys are told when the last has been some time ago
const hands = new WeakMap(); // by the live figure: what was moved (place of the knot → rate), and whether more may come

const handAt = (live) => hands.get(live) ?? { moved: {}, busy: false };

/**
 * The rate at a place: before the first knot that of the first, after the last that of the last.
 * @param {Knots} knots @param {number} place
 */
export function rateAt({ x: { values: xs }, y: { values: ys }, stepped }, place) {
  const before = xs.findLastIndex((x) => x <= place);
  if (before < 0) return ys[0];
  if (stepped || before === xs.length - 1) return ys[before];
  return ys[before] + ((place - xs[before]) / (xs[before + 1] - xs[before])) * (ys[before + 1] - ys[before]);
}

/**
 * Draw every line that follows the rate through these knots.
 * @param {Panel[]} panels @param {number[]} places of the slider @param {Knots} knots
 */
export function followKnots(panels, places, knots) {
  const rates = places.map((place) => rateAt(knots, place));
  /** @type {Record<Line["follows"], (at: number) => number>} */
  const made = {
    "": () => NaN, rate: (at) => rates[at], keep: (at) => 1 - rates[at], last: () => 1 - rates.at(-1),
  };
  for (const mark of panels.flatMap(({ marks }) => marks)) {
    if (mark.mark === "Line" && mark.follows) mark.estimate.exact.values.set(rates.map((_, at) => made[mark.follows](at)));
  }
}

/** Keep in a new picture what the hand has moved since it was asked for. @param {Live} live */
export function keepMoved(live) {
  const panels = live.payload.rows.flatMap((row) => row.panels);
  const knots = panels.find((panel) => panel.knots)?.knots;
  const hand = handAt(live);
  if (!knots || !hand.busy) {
    hands.delete(live);
    live.root.classList.remove("dv-stale");
    return;
  }
  for (const [at, rate] of Object.entries(hand.moved)) if (Number(at) < knots.y.points) knots.y.values[at] = rate;
  followKnots(panels, live.payload.rates, knots);
}

/**
 * Put the handles of a panel where its knots are; where nobody hears of them there are none.
 * @param {PanelNodes} nodes @param {Panel} panel @param {Drawn} drawnPanel @param {Live} live @param {() => void} redraw
 */
export function holdKnots(nodes, panel, { toX, toY }, live, redraw) {
  const { knots } = panel;
  const count = knots && live.onMove ? knots.x.points : 0;
  nodes.handles ??= [];
  while (nodes.handles.length > count) nodes.handles.pop().remove();
  while (nodes.handles.length < count) nodes.handles.push(handleNode(nodes, nodes.handles.length, live, redraw));
  nodes.knotted = { panel, toY };
  nodes.handles.forEach((handle, at) => {
    const [x, y] = [knots.x.values[at], knots.y.values[at]];
    handle.hidden = toX(x) > toX.ends[1] + 1; // a row after the end of the training
    handle.style.left = `${tenth(toX(x))}px`;
    handle.style.top = `${tenth(toY(y))}px`;
    const range = { "aria-valuemin": 0, "aria-valuemax": knots.high, "aria-valuenow": Number(y.toFixed(2)) };
    furnish(handle, { "aria-label": `${panel.y.title} at ${panel.x.title} ${tickText(x)}`, ...range });
  });
}

function handleNode(nodes, place, live, redraw) {
  const { box } = nodes;
  const handle = element("div", { class: "dv-handle", role: "slider", tabindex: 0, "aria-orientation": "vertical" });
  const { tip } = live.parts;
  let frame = 0;
  let timer = 0;

  const say = () => {
    const { panel } = nodes.knotted;
    const { x, y } = panel.knots;
    const { left, top } = handle.getBoundingClientRect();
    fillTip(tip, `${panel.x.title} ${tickText(x.values[place])}`, [[{ name: "rate" }, y.values[place].toFixed(2)]]);
    putTip(tip, { clientX: left, clientY: top });
  };
  const put = (wanted) => {
    const { knots } = nodes.knotted.panel;
    const rate = Number(Math.min(knots.high, Math.max(0, wanted)).toFixed(2));
    if (Math.fround(rate) === knots.y.values[place]) return;
    const hand = handAt(live);
    hands.set(live, { moved: { ...hand.moved, [place]: rate }, busy: true });
    knots.y.values[place] = rate;
    followKnots(live.payload.rows.flatMap((row) => row.panels), live.payload.rates, knots);
    live.root.classList.add("dv-stale");
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; redraw(); say(); });
  };
  const release = () => {
    const hand = hands.get(live);
    if (!hand?.busy) return;
    hand.busy = false;
    live.onMove(hand.moved);
  };

  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault(); // no text is chosen, no page scrolled
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    say();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { height, top } = box.getBoundingClientRect();
    put(nodes.knotted.toY.value(Math.min(height, event.clientY - top)));
  });
  handle.addEventListener("lostpointercapture", () => { hideTip(tip); release(); });
  handle.addEventListener("blur", () => hideTip(tip));
  handle.addEventListener("keydown", (event) => {
    const direction = LEADS[event.key];
    if (!direction) return;
    event.preventDefault();
    put(nodes.knotted.panel.knots.y.values[place] + direction * FINE * (event.shiftKey ? 10 : 1));
    clearTimeout(timer);
    timer = setTimeout(release, REST_MS);
  });
  box.append(handle);
  return handle;
}
