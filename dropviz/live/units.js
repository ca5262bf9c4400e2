// The row of neurons: one strategy's outputs in training and at test.

import { drawn, furnish } from "./dom.js";

const CELL = 20; // width of a unit's place in the row, in SVG units
const DROPPED = 4; // radius of the dashed ring

// Area is proportional to |output|; the largest activation, unscaled, fills 55 % of its cell's width.
const radius = (output, largest) => {
  if (!output) return 1.2;
  return Math.min(0.48 * CELL, 0.275 * CELL * Math.sqrt(Math.abs(output) / largest) + 0.8);
};

function circle(value, column, line, color) {
  const node = drawn("circle", { cx: (column + 0.5) * CELL, cy: (line + 0.5) * CELL + line * 2 });
  node.style.setProperty("--unit-color", color);
  node.setAttribute("class", value < 0 ? "dv-unit dv-negative" : "dv-unit");
  return node;
}

/** Draw the units of one strategy into `svg`; returns what moves them to a place of the slider. */
export function drawUnits(svg, units, row) {
  const largest = Math.max(...units.map(([value]) => Math.abs(value)), 1e-12);
  const [train, test] = [0, 1].map((line) => units.map(([value], column) => circle(value, column, line, row.color)));
  svg.replaceChildren();
  furnish(svg, {
    viewBox: `0 0 ${units.length * CELL} ${2 * CELL + 2}`,
    role: "img",
    "aria-label": `${units.length} units, training above, test below; area is the size of the output, a dashed ring `
      + "is a dropped unit",
  }, [...train, ...test]);
  return (index) => {
    units.forEach(([value, droppedAt], column) => {
      const dropped = index >= droppedAt;
      train[column].setAttribute("r", dropped ? DROPPED : radius(value * row.train[index], largest));
      train[column].classList.toggle("dv-dropped", dropped);
      test[column].setAttribute("r", radius(value * row.test[index], largest));
    });
  };
}
