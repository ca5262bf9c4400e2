// To the hand: a panel under the pointer says its values there, and in a panel over the slider's places the line that
// marks this one is dragged. The pointer, a finger and the arrow keys move the same rate as the slider.

import { element, furnish } from "./dom.js";
import { nearest, tickText } from "./scales.js";

const LEADS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** The tip of a figure: what stands under the pointer, in words. */
export const tipNode = () => element("div", { class: "dv-tip", hidden: "" });

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
  tip.hidden = false;
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
  } else for (const name of ["role", "tabindex", "aria-label"]) grip.removeAttribute(name);
  if (grip.holding) return;
  grip.holding = true;
  listenToGrip(grip, box, live);
}

function listenToGrip(grip, box, live) {
  const { tip } = live.parts;
  const xAt = (event) => grip.held.drawnPanel.toX.value(event.clientX - box.getBoundingClientRect().left);
  const tell = (event) => {
    const { panel: now, drawnPanel: seen } = grip.held;
    const x = now.over ? live.payload.rates[nearest(live.payload.rates, xAt(event))] : xAt(event);
    const rows = seen.say(x, now.over ? nearest(live.payload.rates, x) : live.index);
    if (!rows.length) { tip.hidden = true; return; }
    fillTip(tip, `${now.x.title} ${tickText(now.over ? x : Number(x.toPrecision(3)))}`, rows);
    putTip(tip, event);
  };
  const drag = (event) => live.hand.go(nearest(live.payload.rates, xAt(event)));

  grip.addEventListener("pointerdown", (event) => {
    if (event.button || !grip.held.panel.over) { tell(event); return; }
    grip.setPointerCapture(event.pointerId);
    grip.focus({ preventScroll: true });
    event.preventDefault();
    drag(event);
    tell(event);
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) drag(event);
    tell(event);
  });
  grip.addEventListener("lostpointercapture", () => live.hand.release());
  grip.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") tip.hidden = true; });
  grip.addEventListener("blur", () => { tip.hidden = true; });
  grip.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
    const direction = LEADS[event.key];
    if (!direction || !grip.held.panel.over) return;
    event.preventDefault();
    live.hand.step(direction, event.shiftKey);
    const { left, top } = box.getBoundingClientRect();
    const x = left + grip.held.drawnPanel.toX(live.payload.rates[live.index]);
    tell({ clientX: x, clientY: top + 8 });
  });
}
