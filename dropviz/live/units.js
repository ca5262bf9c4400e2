// The row of neurons of a strategy: its units in training and at test. A click on one, or an arrow key, shows its
// arithmetic.

import { drawn, furnish, writing } from "./dom.js";
import { fillTip, hideTip, putTip } from "./hand.js";
import { figures } from "./scales.js";

const CELL = 20; // width of a unit's place in the row, in SVG units
const DROPPED = 4; // radius of the dashed ring
const KINDS = ["dv-unit", "dv-unit dv-negative", "dv-unit dv-dropped"]; // an output above 0, one below, none

// Area is proportional to |output|; the largest activation, unscaled, fills 55 % of its cell's width.
/** The radius of a unit's circle. @param {number} output @param {number} largest activation */
export const radius = (output, largest) => {
  if (!output) return 1.2;
  return Math.min(0.48 * CELL, 0.275 * CELL * Math.sqrt(Math.abs(output) / largest) + 0.8);
};

// All units that look alike are one path: a step of a drag changes a handful of nodes.
const circle = (x, y, r) => {
  const [around, across] = [r.toFixed(2), (2 * r).toFixed(2)];
  return `M${(x - r).toFixed(2)},${y}a${around},${around} 0 1 0 ${across},0a${around},${around} 0 1 0 -${across},0z`;
};

/**
 * What a unit makes of its activation in both phases, at a place of the slider.
 * @param {[number, number]} unit its activation, and the place that drops it @param {UnitRow} row
 * @param {Record<string, string[]>} texts @param {number} index
 */
export function arithmetic([activation, droppedAt], row, texts, index) {
  const mask = index >= droppedAt ? 0 : 1;
  const factor = (phase) => {
    const said = texts[`${row.name}-${phase}-factor`]?.[index] ?? "";
    return ["", "unchanged", "× 1"].includes(said) ? "" : ` ${said}`;
  };
  const outcome = (scaled, by) => (by === null ? "undefined" : figures(scaled * by));
  const a = figures(activation);
  return [
    ["training", `${a} × ${mask}${factor("train")} = ${outcome(activation * mask, row.train[index])}`],
    ["test", `${a}${factor("test")} = ${outcome(activation, row.test[index])}`],
  ];
}

/**
 * Let a click or a key on a row of units show one's arithmetic.
 * @param {HTMLElement | SVGSVGElement} svg @param {UnitRow} row @param {Live} live
 */
export function answerToHand(svg, row, live) {
  const { units, texts } = live.payload;
  const inside = (column) => Math.max(0, Math.min(units.length - 1, column));
  let chosen = 0;
  furnish(svg, { role: "slider", tabindex: 0, "aria-valuemin": 1, "aria-valuemax": units.length, "aria-valuenow": 1 });

  const tell = (column, place) => {
    chosen = column;
    /** @type {Saying[]} */
    const rows = arithmetic(units[column], row, texts, live.index).map(([name, value], at) => [
      { name, color: row.color, dashed: at === 1 }, value,
    ]);
    svg.setAttribute("aria-valuenow", String(column + 1));
    svg.setAttribute("aria-valuetext", rows.map(([{ name }, value]) => `${name}: ${value}`).join("; "));
    fillTip(live.parts.tip, `unit ${column + 1}: a × mask, and the factor`, rows);
    putTip(live.parts.tip, place);
  };
  const beside = () => {
    const { left, width, top } = svg.getBoundingClientRect();
    return { clientX: left + ((chosen + 0.5) / units.length) * width, clientY: top };
  };
  svg.onclick = (event) => {
    const { left, width } = svg.getBoundingClientRect();
    tell(inside(Math.floor(((event.clientX - left) / width) * units.length)), event);
  };
  svg.onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Enter: 0 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    chosen = inside(chosen + by);
    tell(chosen, beside());
  };
  svg.onblur = () => hideTip(live.parts.tip);
  svg.onpointerleave = svg.onblur;
}

/**
 * Draw the units of one strategy into `svg`; returns what moves them to a place of the slider.
 * @param {SVGSVGElement} svg @param {UnitRow} row @param {Live} live
 */
export function drawUnits(svg, row, live) {
  const { units } = live.payload;
  const largest = Math.max(...units.map(([value]) => Math.abs(value)), 1e-12);
  const meaning = "training above, test below; area is the size of the output, a dashed ring is a dropped unit";
  furnish(svg, {
    viewBox: `0 0 ${units.length * CELL} ${2 * CELL + 2}`, "data-color": row.color,
    "aria-label": `${units.length} units, ${meaning}`,
  });
  const rows = [0, 1].map(() => KINDS.map((name) => drawn("path", { class: name })));
  const puts = rows.map((paths) => paths.map(writing));
  svg.replaceChildren(...rows.flat());
  answerToHand(svg, row, live);
  return (index) => {
    const outputs = [row.train[index], row.test[index]];
    puts.forEach((kinds, line) => {
      const ways = kinds.map(() => "");
      units.forEach(([value, droppedAt], column) => {
        const dropped = !line && index >= droppedAt;
        const size = dropped ? DROPPED : radius(value * outputs[line], largest);
        ways[dropped ? 2 : Number(value < 0)] += circle((column + 0.5) * CELL, (line + 0.5) * CELL + line * 2, size);
      });
      kinds.forEach((put, kind) => put({ d: ways[kind] }));
    });
  };
}
