// To point in a talk: a red dot that follows the pointer, and a pen that draws on the scene until that is left.

import { drawn, element } from "./dom.js";

/** @type {Tool[]} */
const TOOLS = ["laser", "pen"];

/**
 * The way of a pen on, in thousandths of its sheet.
 * @param {string} path @param {Spot[]} spots @param {{ left: number, top: number, width: number, height: number }} sheet
 */
export function penPath(path, spots, { left, top, width, height }) {
  const place = ({ clientX, clientY }) =>
    `${Math.round(((clientX - left) / width) * 1e4) / 10},${Math.round(((clientY - top) / height) * 1e4) / 10}`;
  return spots.reduce((way, spot) => (way ? `${way}L${place(spot)}` : `M${place(spot)}l0,0`), path);
}

// Draw where a pointer is held down.
function listenToPen(sheet) {
  let stroke = null;
  sheet.addEventListener("pointerdown", (event) => {
    sheet.setPointerCapture(event.pointerId);
    stroke = drawn("path", { class: "story-stroke", d: penPath("", [event], sheet.getBoundingClientRect()) });
    sheet.append(stroke);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const spots = event.getCoalescedEvents?.() ?? [];
    stroke.setAttribute("d", penPath(stroke.getAttribute("d"), spots.length ? spots : [event], sheet.getBoundingClientRect()));
  });
  sheet.addEventListener("lostpointercapture", () => { stroke = null; });
}

/** Lay a sheet over the story. @param {Talk} talk @returns {Pointing} */
export function createPointing({ root, parts }) {
  // As wide as high for the strokes, whatever the window is: they stay where they were drawn when it changes.
  const sheet = drawn("svg", { class: "story-sheet", viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" });
  const dot = element("div", { class: "story-dot", "aria-hidden": "true" });
  root.append(sheet, dot);
  listenToPen(sheet);
  const following = new AbortController();
  const follow = ({ clientX, clientY }) => { dot.style.translate = `${clientX}px ${clientY}px`; };
  for (const name of /** @type {const} */ (["pointermove", "pointerdown"])) {
    window.addEventListener(name, follow, { signal: following.signal });
  }
  return {
    choose: (tool) => {
      root.dataset.tool = root.dataset.tool === tool ? "" : tool;
      for (const name of TOOLS) {
        parts.tools.querySelector(`[data-tool=${name}]`)?.setAttribute("aria-pressed", String(root.dataset.tool === name));
      }
    },
    erase: () => sheet.replaceChildren(),
    destroy: () => following.abort(),
  };
}
