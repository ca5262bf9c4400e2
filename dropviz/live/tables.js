// The figure's data as tables, one a panel, for eyes and screen readers that a picture does not serve. Built when
// somebody opens them; a row is a place on the x axis, a column a curve.

import { element } from "./dom.js";
import { plusMinus } from "./marks.js";
import { figures, hasError, nearest, tickText } from "./scales.js";
import { numberAt, rowOf } from "./wire.js";

const EVERY = 3; // row and column of a field: enough to read

const tableRow = (heading, cells, attributes = {}, colspan = 1) =>
  element("tr", attributes, [
    element("th", { scope: "row" }, [heading]), ...cells.map((text) => element("td", { colspan }, [text])),
  ]);

const table = (caption, headings, rows) =>
  element("table", { class: "dv-table" }, [
    element("caption", {}, [caption]),
    element("thead", {}, [element("tr", {}, headings.map((text) => element("th", { scope: "col" }, [text])))]),
    element("tbody", {}, rows),
  ]);

/**
 * The columns of a panel at a place of the slider, and what has no row of its own: a mass at one value counts by its
 * height, an upright line by where it stands.
 * @param {Panel} panel @param {number[]} rates @param {number} index
 */
export function columnsOf(panel, rates, index) {
  const columns = [];
  const spikes = [];
  const add = (name, xs, ys, errors, kind = "standard error") =>
    columns.push({ name, xs: Array.from(xs), ys, errors, kind });
  for (const mark of panel.marks) {
    if (mark.mark === "Line") {
      const { exact, simulated, error } = mark.estimate;
      add(`${mark.name}, ${mark.kind}`, rates, rowOf(exact, 0));
      if (simulated) add(`${mark.name}, simulated`, rates, rowOf(simulated, 0), error && rowOf(error, 0));
    } else if (mark.mark === "Stem") {
      const share = numberAt(mark.share, index);
      spikes.push({ name: mark.name, value: share > 0 ? `${figures(share)} %` : "–" });
    } else if (mark.mark === "Path" || mark.mark === "Points") {
      const [xs, ys] = [rowOf(mark.x, index), rowOf(mark.y, index)];
      if (xs.length === 2 && xs[0] === xs[1]) spikes.push({ name: mark.name, value: `at ${figures(xs[0])}` });
      else add(mark.name, xs, ys, mark.mark === "Path" ? mark.spread?.values : null, "standard deviation");
    }
  }
  return { columns, spikes };
}

// The same place, be it kept in 32 bits or in 64.
const samePlace = (one, other) => Math.abs(one - other) <= 2e-7 * Math.max(Math.abs(one), Math.abs(other));

// A place in words; a step of a training is said to the unit.
const placeText = (x) => (Number.isInteger(x) ? tickText(x) : figures(x));

/** All places where some column has a value, rising, each once. @param {{ xs: number[] }[]} columns */
export const placesOf = (columns) =>
  columns.flatMap(({ xs }) => xs).sort((one, other) => one - other)
    .filter((x, at, all) => at === 0 || !samePlace(all[at - 1], x));

function rowAtPlace({ columns, unit }, x, heading, attributes) {
  const cells = columns.map(({ xs, ys, errors }) => {
    const at = xs.findIndex((place) => samePlace(place, x));
    if (at < 0) return "";
    const error = errors?.[at];
    if (Number.isFinite(ys[at]) && Number.isNaN(error)) return plusMinus(ys[at], error) + unit;
    return figures(ys[at]) + (hasError(ys[at], error) ? ` ± ${figures(error)}` : "") + unit;
  });
  return tableRow(heading, cells, attributes);
}

function tableOf(panel, rates, index) {
  const { columns, spikes } = columnsOf(panel, rates, index);
  const places = placesOf(columns);
  const headings = columns.map(({ name, errors, kind }) => (errors ? `${name} ± ${kind}` : name));
  const about = { columns, unit: panel.y.unit };
  const rows = places.map((x) => rowAtPlace(about, x, placeText(x)));
  if (panel.over) {
    const here = places[nearest(places, rates[index])];
    rows.unshift(rowAtPlace(about, here, `now: ${placeText(here)}`, { "aria-current": "true" }));
  }
  rows.push(...spikes.map(({ name, value }) => tableRow(name, [value], {}, Math.max(1, columns.length))));
  return table(`${panel.title} (${panel.y.title})`, [panel.x.title, ...headings], rows);
}

// A field over the plane: every third row and column.
function fieldTable(panel, { name, x, y, z }) {
  const third = (values) => Array.from(values).filter((_, at) => at % EVERY === 0);
  const columns = third(x.values);
  const rows = third(y.values).map((up, at) => {
    const row = z.values.subarray(EVERY * at * x.points, (EVERY * at + 1) * x.points);
    return tableRow(figures(up), third(row).map(figures));
  });
  const headings = [`${panel.y.title} ↓, ${panel.x.title} →`, ...columns.map(figures)];
  return table(`${panel.title}: ${name}`, headings, rows.reverse());
}

/**
 * The tables of panels, at a place of the slider.
 * @param {Panel[]} panels @param {number[]} rates @param {number} index
 */
export const dataTables = (panels, rates, index) =>
  panels.flatMap((panel) => [
    tableOf(panel, rates, index),
    ...panel.marks.filter((mark) => mark.mark === "Field").map((field) => fieldTable(panel, field)),
  ]);
