// Predicting before the curve is shown: a point is dragged, or moved by keys, to where the curve is thought to be.

import { element } from "./dom.js";
import { layoutFor, scale } from "./scales.js";

const KEY_STEPS = 50; // from the bottom of the axis to its top

/** A number as a person says it. */
export const rounded = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

// Where a dragged point stands in the first panel: pixels from values, and back.
function guessAxis(payload, width) {
  const layout = layoutFor(payload, width);
  const toX = scale(layout, "x");
  const toY = scale(layout, "y");
  const [top, bottom] = toY.ends;
  const [low, high] = layout.yaxis.range;
  const raised = layout.yaxis.type === "log" ? (unit) => 10 ** unit : (unit) => unit;
  return { toX, toY, top, bottom, value: (pixel) => raised(low + ((high - low) * (bottom - pixel)) / (bottom - top)) };
}

/**
 * Put the point of a question into a picture; where it stands goes into `answer.guess` until that is revealed.
 * @returns {HTMLElement} the point
 */
export function addGuess({ dv, payload }, question, answer, reveal) {
  const plot = dv.querySelector(".dv-plot");
  const said = element("span", { class: "story-guess-value" });
  const point = element("div", {
    class: "story-guess", role: "slider", tabindex: 0, "aria-label": question.text, "aria-orientation": "vertical",
  }, [said]);
  let axis;
  const guessed = () => answer.guess ?? axis.value((axis.top + axis.bottom) / 2);
  const place = () => {
    axis = guessAxis(payload, plot.clientWidth);
    const value = rounded(guessed());
    point.style.left = `${axis.toX(question.drag.rate)}px`;
    point.style.top = `${axis.toY(guessed())}px`;
    said.textContent = answer.guess === null ? "drag ↕" : value;
    point.setAttribute("aria-valuenow", value);
    point.setAttribute("aria-valuemin", rounded(axis.value(axis.bottom)));
    point.setAttribute("aria-valuemax", rounded(axis.value(axis.top)));
    point.setAttribute("aria-valuetext", value);
  };
  const set = (pixel) => {
    if (answer.revealed) return;
    answer.guess = axis.value(Math.max(axis.top, Math.min(axis.bottom, pixel)));
    place();
  };
  point.addEventListener("pointerdown", (event) => {
    point.setPointerCapture(event.pointerId);
    event.preventDefault();
    point.focus();
  });
  point.addEventListener("pointermove", (event) => {
    if (point.hasPointerCapture(event.pointerId)) set(event.clientY - plot.getBoundingClientRect().top);
  });
  point.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    if (by) set(axis.toY(guessed()) + (by * (axis.bottom - axis.top)) / KEY_STEPS);
    else reveal();
  });
  plot.append(point);
  new ResizeObserver(place).observe(plot);
  place();
  return point;
}

/** Show whether the answer is said, or was never given. */
export function markGuess(point, { revealed, guess }) {
  point.classList.toggle("story-said", revealed);
  point.classList.toggle("story-unsaid", revealed && guess === null);
  point.tabIndex = revealed ? -1 : 0;
}
