// What stands around the picture: the slider's label and readout, texts and links, and the rows of neurons.

import { drawn, element, furnish } from "./dom.js";
import { tipNode } from "./hand.js";

const CELL = 20; // width of a unit's place in the row, in SVG units
const DROPPED = 4; // radius of the dashed ring

/** Build what every live figure consists of. */
export function skeleton(root) {
  const id = `dv-range-${Math.random().toString(36).slice(2)}`;
  const play = element("button", { type: "button", class: "dv-play", "aria-label": "Play: sweep the slider" });
  const range = element("input", { type: "range", class: "dv-range", min: 0, step: 1, id });
  const label = element("label", { class: "dv-label", for: id });
  const value = element("output", { class: "dv-value", "aria-live": "off", for: id }); // or every step is read out
  const keep = element("span", { class: "dv-keep" });
  const bar = element("div", { class: "dv-bar" }, [play, label, value, range, keep]);
  const tip = tipNode();
  const picture = element("div", { class: "dv-picture", role: "group" });
  const named = { role: "region", tabindex: 0, "aria-label": "data of the figure" };
  const tables = element("div", { class: "dv-tables", ...named });
  const data = element("details", { class: "dv-data" }, [element("summary", {}, ["The data as a table"]), tables]);
  const head = element("div", { class: "dv-head" });
  const foot = element("div", { class: "dv-foot" });
  const status = element("p", { class: "dv-status", "aria-live": "polite" });
  root.replaceChildren(bar, head, picture, foot, data, status, tip);
  return { play, range, label, value, keep, picture, tip, tables, data, head, foot, status };
}

// Area is proportional to |output|; the largest activation, unscaled, fills 55 % of its cell's width.
const radius = (output, largest) => {
  if (!output) return 1.2;
  return Math.min(0.48 * CELL, 0.275 * CELL * Math.sqrt(Math.abs(output) / largest) + 0.8);
};

// Draw the units of one strategy into `svg`; returns what moves them to a place of the slider.
function drawUnits(svg, units, row) {
  const largest = Math.max(...units.map(([value]) => Math.abs(value)), 1e-12);
  const [train, test] = [0, 1].map((line) => units.map(([value], column) => drawn("circle", {
    cx: (column + 0.5) * CELL, cy: (line + 0.5) * CELL + line * 2,
    class: value < 0 ? "dv-unit dv-negative" : "dv-unit", "data-color": row.color,
  })));
  const meaning = "training above, test below; area is the size of the output, a dashed ring is a dropped unit";
  const viewBox = `0 0 ${units.length * CELL} ${2 * CELL + 2}`;
  furnish(svg, { viewBox, role: "img", "aria-label": `${units.length} units, ${meaning}` });
  svg.replaceChildren(...train, ...test);
  return (index) => {
    units.forEach(([value, droppedAt], column) => {
      const dropped = index >= droppedAt;
      train[column].setAttribute("r", dropped ? DROPPED : radius(value * row.train[index], largest));
      train[column].classList.toggle("dv-dropped", dropped);
      test[column].setAttribute("r", radius(value * row.test[index], largest));
    });
  };
}

/** Fill the blocks with what a payload says; returns what moves them to a place of the slider. */
export function fillBlocks({ root, parts, payload }) {
  const { rates, label, readouts } = payload;
  parts.range.max = rates.length - 1;
  parts.label.textContent = label;
  // The widest value keeps its room, so that the slider does not move under the pointer.
  parts.value.style.minWidth = readouts ? `${Math.max(0, ...readouts.map(([value]) => value.length))}ch` : "";
  for (const place of ["head", "foot"]) {
    if (parts[place].innerHTML !== payload[place]) parts[place].innerHTML = payload[place];
  }
  parts.picture.setAttribute("aria-label", payload.alt);
  const texts = [...root.querySelectorAll("[data-text]")].map((node) => [node, payload.texts[node.dataset.text]])
    .filter(([, values]) => values);
  const links = root.querySelectorAll("a[data-takes-rate]"); // to other pages, which shall open at this rate
  const units = payload.unitRows.flatMap((row) => Array.from(
    root.querySelectorAll(`svg[data-units="${row.name}"]`), (svg) => drawUnits(svg, payload.units, row),
  ));
  return (index) => {
    const rate = rates[index];
    const [value, note] = readouts?.[index] ?? [rate.toFixed(2), `keep ${(1 - rate).toFixed(2)}`];
    parts.value.textContent = value;
    parts.keep.textContent = note;
    parts.range.setAttribute("aria-valuetext", `${label} ${value}${readouts ? `, ${note}` : ""}`);
    for (const [node, values] of texts) node.textContent = values[index];
    for (const link of links) link.search = `?rate=${rate}`;
    for (const update of units) update(index);
  };
}
