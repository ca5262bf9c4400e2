// To the hand: a panel under the pointer says its values there, and in a panel over the slider's places the line that
// marks this one is dragged. The pointer, a finger and the arrow keys move the same rate as the slider.

import { element, furnish } from "./dom.js";
import { nearest, tickText } from "./scales.js";
import { rowOf } from "./wire.js";

/** Where an arrow key leads on a slider. */
export const LEADS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };
const LEAPS = { PageUp: 1, PageDown: -1 };
const ENDS = { Home: 0, End: Infinity };
const SLOP = 6; // pixels that a finger moves sideways before it drags: it may have come to scroll the page

/** @param {HTMLElement} tip */
export const hideTip = (tip) => { tip.hidePopover?.(); }; // an old phone has none

// It leaves with what it stood beside, and when it is in the way.
function watchTip(tip) {
  const watching = new AbortController();
  const { signal } = watching;
  const hide = () => { watching.abort(); hideTip(tip); };
  tip.addEventListener("beforetoggle", ({ newState }) => { if (newState === "closed") watching.abort(); }, { signal });
  window.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); }, { capture: true, signal });
  for (const name of ["scroll", "pointerdown"]) window.addEventListener(name, hide, { capture: true, signal });
}

/**
 * Say rows of a mark and its value under a heading.
 * @param {HTMLElement} tip @param {string} heading @param {Saying[]} rows
 */
export function fillTip(tip, heading, rows) {
  const lines = rows.map(([mark, value]) => element("div", { "data-color": mark.color }, [
    element("span", { class: mark.dashed || mark.dash === "dashed" ? "dv-key dv-test" : "dv-key" }, [mark.name]),
    element("b", {}, [value]),
  ]));
  tip.replaceChildren(element("p", {}, [heading]), ...lines);
}

/** Show the tip beside the pointer, inside the window. @param {HTMLElement} tip @param {Spot} pointer */
export function putTip(tip, { clientX, clientY }) {
  if (!tip.showPopover) return;
  if (!tip.matches(":popover-open")) {
    tip.showPopover();
    watchTip(tip);
  }
  const { width, height } = tip.getBoundingClientRect();
  const left = clientX + 16 + width > innerWidth ? clientX - 16 - width : clientX + 16;
  const top = Math.max(4, Math.min(innerHeight - height - 4, clientY - height - 8 < 4 ? clientY + 20 : clientY - height - 8));
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${top}px`;
}

/**
 * Let a panel answer to pointer and keys; called at every drawing of it.
 * @param {PanelNodes} nodes @param {Panel} panel @param {Drawn} drawnPanel @param {Surroundings} live
 */
export function holdPanel({ grip, box }, panel, drawnPanel, live) {
  grip.held = { panel, drawnPanel };
  const { rates, label } = live.payload;
  grip.classList.toggle("dv-over", panel.over);
  if (panel.over) {
    const ends = { "aria-valuemin": rates[0], "aria-valuemax": rates.at(-1) };
    furnish(grip, { role: "slider", tabindex: 0, "aria-label": `${label}: ${panel.title}`, ...ends });
  } else for (const name of ["role", "tabindex", "aria-label", "aria-valuenow", "aria-valuetext"]) grip.removeAttribute(name);
  if (grip.holding) return;
  grip.holding = true;
  listenToGrip(grip, box, live);
}

/** Say to a screen reader where the panel's line stands. @param {Grip} grip @param {Live} live */
export function sayPlace(grip, { payload: { rates }, index, parts }) {
  if (!grip.held?.panel.over) return;
  furnish(grip, { "aria-valuenow": rates[index], "aria-valuetext": parts.range.getAttribute("aria-valuetext") });
}

// Curves through points are read at the nearest of these.
function placeOfPoint({ marks }, x, index) {
  const curve = marks.find((mark) => mark.mark === "Path" && !mark.stepped && mark.x.points > 2);
  if (!curve) return x;
  const xs = Array.from(rowOf(curve.x, index));
  return xs[nearest(xs, x)];
}

function listenToGrip(grip, box, live) {
  const { tip } = live.parts;
  const xAt = (event) => grip.held.drawnPanel.toX.value(event.clientX - box.getBoundingClientRect().left);
  const tell = (event) => {
    const { panel: now, drawnPanel: seen } = grip.held;
    const x = now.over ? live.payload.rates[nearest(live.payload.rates, xAt(event))] : placeOfPoint(now, xAt(event), live.index);
    const rows = seen.say(x, now.over ? nearest(live.payload.rates, x) : live.index);
    if (!rows.length) { hideTip(tip); return; }
    fillTip(tip, `${now.x.title} ${tickText(now.over ? x : Number(x.toPrecision(3)))}`, rows);
    putTip(tip, event);
  };
  const drag = (event) => live.hand.go(nearest(live.payload.rates, xAt(event)));

  let start = null; // where a finger came down that has not moved yet
  grip.addEventListener("pointerdown", (event) => {
    if (event.button || !grip.held.panel.over) { tell(event); return; }
    grip.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") event.preventDefault(); // or the tip would go with another panel's focus
    start = event.pointerType === "touch" ? event.clientX : null;
    if (start === null) drag(event);
    tell(event);
  });
  grip.addEventListener("pointermove", (event) => {
    if (start !== null && Math.abs(event.clientX - start) > SLOP) start = null;
    if (grip.hasPointerCapture(event.pointerId) && start === null) drag(event);
    tell(event);
  });
  grip.addEventListener("pointerup", tell);
  grip.addEventListener("lostpointercapture", () => live.hand.release());
  grip.addEventListener("pointercancel", () => hideTip(tip)); // the page scrolls
  grip.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hideTip(tip); });
  grip.addEventListener("blur", () => hideTip(tip));
  grip.addEventListener("keydown", (event) => {
    const { key, shiftKey } = event;
    const direction = LEADS[key] ?? LEAPS[key];
    if (!grip.held.panel.over || !(direction || key in ENDS)) return;
    event.preventDefault();
    if (direction) live.hand.step(direction, shiftKey || key in LEAPS);
    else {
      live.hand.go(ENDS[key]);
      live.hand.release();
    }
    const { left, top } = box.getBoundingClientRect();
    const x = left + grip.held.drawnPanel.toX(live.payload.rates[live.index]);
    tell({ clientX: x, clientY: top + 8 });
  });
}
