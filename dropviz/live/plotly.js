// A panel in Plotly: to zoom, to select, to compare. The library is loaded when somebody asks for it.

import { channelsAt } from "./color.js";
import { button, element } from "./dom.js";
import { importFirst } from "./load.js";
import { DASHES } from "./marks.js";
import { numberAt, rowOf } from "./wire.js";

const GROUND = "#ffffff"; // of dashes inside a line, as in `plotly_figure.py`
const MIDDLE = "rgba(128,128,128,0.1)"; // of a field, where it is one half
const GRID = "rgba(128,128,128,0.25)"; // on any ground

// The library puts itself into the window.
const loadPlotly = (addresses) => importFirst(addresses).then(() => window.Plotly);

const listed = (numbers, index) => numbers && Array.from(rowOf(numbers, index));

/**
 * The traces of a panel at a place of the slider.
 * @param {Panel} panel @param {number[]} rates @param {number} index @param {(role: string) => string} colorOf
 */
export function tracesOf(panel, rates, index, colorOf) {
  const base = (mark, more) => ({ type: "scatter", name: mark.name, x: listed(mark.x, index), y: listed(mark.y, index), ...more });
  return panel.marks.flatMap((mark) => {
    /** @type {Look} */
    const look = mark;
    const color = colorOf(look.color);
    const dashes = DASHES[look.dash ?? (look.dashed ? "dashed" : "solid")];
    const line = { color, width: look.width, dash: dashes.map((part) => `${part}px`).join() || "solid" };
    const marker = (size, open) => ({ color, size, symbol: open ? "circle-open" : "circle" });
    if (mark.mark === "Line") {
      const { exact, simulated, error } = mark.estimate;
      const points = { mode: "markers", marker: marker(5, mark.dashed), name: `${mark.name}, simulated` };
      const bars = error ? { error_y: { type: "data", array: listed(error, 0), color } } : {};
      return [
        base(mark, { mode: "lines", line: mark.inside ? { ...line, color: GROUND } : line, name: `${mark.name}, ${mark.kind}`, x: rates, y: listed(exact, 0) }),
        ...(simulated ? [base(mark, { ...points, ...bars, x: rates, y: listed(simulated, 0) })] : []),
      ];
    }
    if (mark.mark === "Path") {
      const shape = mark.stepped ? "hv" : "linear";
      const way = mark.dots ? { mode: "lines+markers", marker: marker(mark.dots, false) } : { mode: "lines" };
      return [base(mark, { ...way, line: { ...line, shape }, ...(mark.filled ? { fill: "tozeroy" } : {}) })];
    }
    if (mark.mark === "Points") return [base(mark, { mode: "markers", marker: marker(mark.size, mark.open) })];
    if (mark.mark === "Stem") {
      const [at, share] = [mark.at, mark.share].map((part) => numberAt(part, index));
      if (!(share > 0)) return []; // no mass, no stem
      return [base(mark, { mode: "lines+markers", line, marker: marker(9, mark.dashed), x: [at, at], y: [0, share] })];
    }
    if (mark.mark === "Band") {
      const [xs, low, high] = [mark.x, mark.low, mark.high].map((part) => listed(part, 0));
      const edge = { mode: "lines", line: { width: 0, color } };
      return [base(mark, { x: [...xs, ...[...xs].reverse()], y: [...high, ...low.reverse()], fill: "toself", ...edge })];
    }
    const [xs, ys] = [mark.x, mark.y].map((part) => listed(part, 0));
    const [low, high] = mark.colors.map(colorOf);
    const shades = { colorscale: [[0, low], [0.5, MIDDLE], [1, high]], zmin: 0, zmax: 1, showscale: false, opacity: 0.6 };
    const half = { contours: { start: 0.5, end: 0.5, size: 1, coloring: "heatmap" }, line: { color: colorOf("ink"), width: 1.5 } };
    return [{ type: "contour", name: mark.name, x: xs, y: ys, z: ys.map((_, row) => listed(mark.z, row)), ...shades, ...half }];
  });
}

const axisOf = ({ title, low, high, log, unit }) => ({
  title: { text: title }, ticksuffix: unit, type: log ? "log" : "linear", range: log ? [Math.log10(low), Math.log10(high)] : [low, high],
  gridcolor: GRID, zeroline: false, hoverformat: ".4~g",
});

/** Show a panel in Plotly, in a dialog. @param {Surroundings} live @param {Panel} panel */
export async function openInPlotly({ parts, payload, index, plotly, root }, panel) {
  const place = element("div", { class: "dv-plotly" }, ["Loading Plotly …"]);
  const dialog = element("dialog", { class: "dv-dialog", "aria-label": panel.title });
  dialog.append(button("dv-item", "Close", () => dialog.close()), place);
  dialog.addEventListener("close", () => { window.Plotly?.purge(place); dialog.remove(); });
  root.append(dialog);
  dialog.showModal();
  const { color: ink, backgroundColor: ground } = getComputedStyle(dialog);
  const data = tracesOf(panel, payload.rates, index, (role = "ink") => `rgba(${channelsAt(parts.picture, role)})`);
  try {
    const Plotly = await loadPlotly(plotly);
    place.replaceChildren();
    const layout = {
      title: { text: panel.title }, xaxis: axisOf(panel.x), yaxis: axisOf(panel.y), hovermode: "x unified",
      font: { color: ink }, paper_bgcolor: ground, plot_bgcolor: ground,
      hoverlabel: { bgcolor: ground, font: { color: ink }, namelength: -1 },
    };
    await Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false });
  } catch {
    place.textContent = "Plotly could not be loaded.";
  }
}
