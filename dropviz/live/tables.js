// The figure's data as tables, one a panel, for eyes and screen readers that a picture does not serve. Built when
// somebody opens them; a row is a place on the x axis, a column a curve.

import { element, plainText } from "./dom.js";
import { axisName, nearest } from "./scales.js";
import { numbers } from "./wire.js";

const CURSOR = "this rate"; // the trace that marks where the slider stands

/** A number of a table: four digits, a dash where there is none. */
export const figures = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "–");

export const axisTitle = (layout, reference) => plainText(layout[axisName(reference)].title?.text ?? "");

/** Traces by the x axis that they share; a second y axis laid over the first belongs to the same panel. */
export function panelsOf({ data, layout }) {
  const panels = new Map();
  for (const trace of data) {
    const reference = trace.xaxis ?? "x";
    if (!panels.has(reference)) panels.set(reference, { reference, curves: [], now: null });
    const panel = panels.get(reference);
    const { x, y } = trace;
    if (trace.name === CURSOR) { [panel.now] = x; continue; }
    const yAxis = layout[axisName(trace.yaxis ?? "y")];
    panel.curves.push({
      name: trace.name, x, y, unit: yAxis.ticksuffix ?? "", share: Boolean(yAxis.overlaying),
      errors: trace.error_y?.array ?? numbers(trace.customdata),
      kind: trace.error_y ? "standard error" : "standard deviation",
    });
  }
  return [...panels.values()];
}

/** The title of a panel, which stands at its upper left corner, with what is drawn upwards. */
export function titleOf(layout, reference) {
  const x = layout[axisName(reference)];
  const upwards = x.anchor ?? "y";
  const corner = [x.domain?.[0] ?? 0, layout[axisName(upwards)].domain?.[1] ?? 1];
  const far = (note) => Math.abs(note.x - corner[0]) + Math.abs(note.y - corner[1]);
  const titles = layout.annotations.filter(({ xref }) => xref === "paper");
  const title = titles.length ? plainText(titles[nearest(titles.map(far), 0)].text) : "";
  return `${title} (${axisTitle(layout, upwards)})`;
}

export const rowOf = (heading, cells, attributes = {}, colspan = 1) =>
  element("tr", attributes, [
    element("th", { scope: "row" }, [heading]), ...cells.map((text) => element("td", { colspan }, [text])),
  ]);

export const table = (caption, headings, rows) =>
  element("table", { class: "dv-table" }, [
    element("caption", {}, [caption]),
    element("thead", {}, [element("tr", {}, headings.map((text) => element("th", { scope: "col" }, [text])))]),
    element("tbody", {}, rows),
  ]);

function rowAt(curves, x, heading, attributes) {
  const cells = curves.map((curve) => {
    const at = curve.x.findIndex((place) => Math.abs(place - x) <= 1e-6 * Math.max(1, Math.abs(x)));
    if (at < 0) return "";
    const error = curve.errors ? ` ± ${figures(curve.errors[at])}` : "";
    return figures(curve.y[at]) + error + curve.unit;
  });
  return rowOf(heading, cells, attributes);
}

// A spike has no row of its own: its place is drawn aside, and what counts is its height; a bare vertical line has
// no height, and what counts is its place.
function spikeRow(curve, columns) {
  const height = Math.max(...curve.y.filter(Number.isFinite));
  const value = curve.share ? `${figures(height)} %` : `at ${figures(curve.x[0])}`;
  return rowOf(curve.name, [value], {}, columns);
}

function tableOf(layout, { reference, curves, now }) {
  const spikes = curves.filter(({ x }) => x.length === 2 && x[0] === x[1]);
  const lines = curves.filter((curve) => !spikes.includes(curve));
  const places = [...new Set(lines.flatMap(({ x }) => x))].sort((one, other) => one - other);
  const headings = lines.map(({ name, errors, kind }) => (errors ? `${name} ± ${kind}` : name));
  const rows = places.map((x) => rowAt(lines, x, figures(x)));
  if (now !== null && places.length) {
    const here = places[nearest(places, now)];
    rows.unshift(rowAt(lines, here, `now: ${figures(here)}`, { "aria-current": "true" }));
  }
  rows.push(...spikes.map((spike) => spikeRow(spike, Math.max(1, lines.length))));
  return table(titleOf(layout, reference), [axisTitle(layout, reference), ...headings], rows);
}

export const dataTables = (figure) => panelsOf(figure).map((panel) => tableOf(figure.layout, panel));
