// The row of neurons of a strategy: its units in training and at test. A click on one, or an arrow key, shows its
// arithmetic.

import { drawn, furnish, writing } from "./dom.js";
import { fillTip, hideTip, putTip } from "./hand.js";
import { figures } from "./scales.js";

const CELL = 20; // width of a unit's place in the row, in SVG units
const REACH = 0.48 * CELL; // from the middle of its place to where a circle is cut off
const DROPPED = 4; // radius of the dashed ring
const HOLLOW = 0.6; // of the radius of a ring, its hole
// an output above 0, one below, one that is dropped, one that is 0 all the same
const KINDS = ["dv-unit", "dv-unit dv-negative", "dv-unit dv-dropped", "dv-unit dv-nothing"];

// Area is proportional to |output|; the largest activation, unscaled, fills 55 % of its cell's width.
/** The radius of a unit's circle. @param {number} output @param {number} largest activation */
export const radius = (output, largest) => 0.275 * CELL * Math.sqrt(Math.abs(output) / largest);

// All units that look alike are one path: a step of a drag changes a handful of nodes.
/** A circle, cut off where the unit's place ends. @param {number} x @param {number} y @param {number} r */
export function circle(x, y, r) {
  const side = Math.min(r, REACH); // from the middle to the edge,
  const corner = Math.min(Math.sqrt(Math.max(r * r - REACH * REACH, 0)), side); // and along it to where an arc begins
  const at = (dx, dy) => `${(x + dx).toFixed(3)},${(y + dy).toFixed(3)}`;
  const to = (dx, dy) => `A${r.toFixed(3)},${r.toFixed(3)} 0 0 1 ${at(dx, dy)}`;
  return `M${at(-side, -corner)}${to(-corner, -side)}L${at(corner, -side)}${to(side, -corner)}`
    + `L${at(side, corner)}${to(corner, side)}L${at(-corner, side)}${to(-side, corner)}Z`;
}

// The kind of a unit's output, and its path; nothing where the factor is undefined.
/** @param {number | null} output @param {number} largest @param {number} x @param {number} y @returns {[number, string]} */
function shape(output, largest, x, y) {
  if (output === null) return [0, ""];
  if (output === 0) return [3, `M${x - 2},${y}h4`];
  const r = radius(output, largest);
  return output > 0 ? [0, circle(x, y, r)] : [1, circle(x, y, r) + circle(x, y, HOLLOW * Math.min(r, REACH))];
}

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
  const meaning = "training above, test below; area is the size of the output, cut off where the unit’s place ends, "
    + "a dashed ring is a dropped unit";
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
        const [x, y, factor] = [(column + 0.5) * CELL, (line + 0.5) * CELL + line * 2, outputs[line]];
        const dropped = !line && index >= droppedAt;
        const [kind, way] = dropped ? [2, circle(x, y, DROPPED)] : shape(factor && factor * value, largest, x, y);
        ways[kind] += way;
      });
      kinds.forEach((put, kind) => put({ d: ways[kind] }));
    });
  };
}
