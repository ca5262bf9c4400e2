// The figure's data as tables, one a panel, for eyes and screen readers that a picture does not serve. Built when
// somebody opens them; a row is a place on the x axis, a column a curve.

const CURSOR = "this rate"; // the trace that marks where the slider stands

const plainText = (html) => (/[<&]/.test(html) ? new DOMParser().parseFromString(html, "text/html").body.textContent : html);

const figures = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "–");

// Traces by the x axis that they share; a second y axis laid over the first belongs to the same panel.
function panelsOf(payload, valuesAt) {
  const { data, layout } = payload.figure;
  const panels = new Map();
  data.forEach((trace, at) => {
    const reference = trace.xaxis ?? "x";
    if (!panels.has(reference)) panels.set(reference, { reference, curves: [], now: null });
    const panel = panels.get(reference);
    const { x, y } = valuesAt(at);
    if (trace.name === CURSOR) { [panel.now] = x; return; }
    const yAxis = layout[axisName(trace.yaxis ?? "y")];
    panel.curves.push({
      name: trace.name, x, y, unit: yAxis.ticksuffix ?? "", share: Boolean(yAxis.overlaying),
      errors: trace.error_y?.array ?? numbers(trace.customdata),
      kind: trace.error_y ? "standard error" : "standard deviation",
    });
  });
  return [...panels.values()];
}

// A panel's title stands at its upper left corner.
function titleOf(layout, reference) {
  const x = layout[axisName(reference)];
  const y = layout[axisName(x.anchor ?? "y")];
  const corner = [x.domain?.[0] ?? 0, y.domain?.[1] ?? 1];
  const far = (note) => Math.abs(note.x - corner[0]) + Math.abs(note.y - corner[1]);
  const titles = layout.annotations.filter(({ xref }) => xref === "paper");
  const nearest = titles.reduce((best, note) => (best && far(best) <= far(note) ? best : note), null);
  return `${nearest ? plainText(nearest.text) : ""} (${plainText(y.title?.text ?? "")})`;
}

const cell = (tag, text, attributes = {}) => element(tag, attributes, [text]);

function bodyRow(curves, x, heading, now = false) {
  const values = curves.map((curve) => {
    const at = curve.x.findIndex((place) => Math.abs(place - x) <= 1e-6 * Math.max(1, Math.abs(x)));
    if (at < 0) return cell("td", "");
    const error = curve.errors ? ` ± ${figures(curve.errors[at])}` : "";
    return cell("td", figures(curve.y[at]) + error + curve.unit);
  });
  return element("tr", now ? { "aria-current": "true" } : {}, [cell("th", heading, { scope: "row" }), ...values]);
}

// A spike has no row of its own: its place is drawn aside, and what counts is its height; a bare vertical line has
// no height, and what counts is its place.
function spikeRow(curve, columns) {
  const height = Math.max(...Array.from(curve.y).filter(Number.isFinite));
  const value = curve.share ? `${figures(height)} %` : `at ${figures(curve.x[0])}`;
  return element("tr", {}, [cell("th", curve.name, { scope: "row" }), cell("td", value, { colspan: columns })]);
}

function tableOf(layout, { reference, curves, now }) {
  const spikes = curves.filter(({ x }) => x.length === 2 && x[0] === x[1]);
  const lines = curves.filter((curve) => !spikes.includes(curve));
  const places = [...new Set(lines.flatMap(({ x }) => Array.from(x)))].sort((one, other) => one - other);
  const xTitle = plainText(layout[axisName(reference)].title?.text ?? "");
  const header = [xTitle, ...lines.map(({ name, errors, kind }) => (errors ? `${name} ± ${kind}` : name))];
  const nearest = places.reduce((best, x) => (Math.abs(x - now) < Math.abs(best - now) ? x : best), places[0]);
  const rows = places.map((x) => bodyRow(lines, x, figures(x)));
  if (now !== null && places.length) rows.unshift(bodyRow(lines, nearest, `now: ${figures(nearest)}`, true));
  rows.push(...spikes.map((spike) => spikeRow(spike, Math.max(1, lines.length))));
  return element("table", { class: "dv-table" }, [
    cell("caption", titleOf(layout, reference)),
    element("thead", {}, [element("tr", {}, header.map((text) => cell("th", text, { scope: "col" })))]),
    element("tbody", {}, rows),
  ]);
}

// `valuesAt(trace)` gives the x and y of a trace where the slider stands.
const dataTables = (payload, valuesAt) =>
  panelsOf(payload, valuesAt).map((panel) => tableOf(payload.figure.layout, panel));
