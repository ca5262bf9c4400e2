// A panel in Plotly: to zoom, to select, to compare. The library is loaded when somebody asks for it.

import { channelsAt } from "./color.js";
import { button, element } from "./dom.js";
import { importFirst } from "./load.js";
import { DASHES, leaving } from "./marks.js";
import { scale } from "./scales.js";
import { numberAt, rowOf } from "./wire.js";

const HEAD = 20; // pixels of the head of a line that leaves the picture
const BACK = 5; // pixels from there to the point that says which way it goes
const GROUND = "#ffffff"; // of dashes inside a line, as in `plotly_figure.py`
const MIDDLE = "rgba(128,128,128,0.1)"; // of a field, where it is one half
const CLEAR = "rgba(128,128,128,0)";
const GRID = "rgba(128,128,128,0.25)"; // on any ground

// The library puts itself into the window.
const loadPlotly = (addresses) => importFirst(addresses).then(() => window.Plotly);

const listed = (numbers, index) => numbers && Array.from(rowOf(numbers, index));

// The middles of so many squares between two ends.
const cells = ([from, to], count) => Array.from({ length: count }, (_, at) => from + ((at + 0.5) * (to - from)) / count);

// The head of a line that leaves the picture for good; the point before it says which way.
function arrowOf({ name, estimate }, { x, y, height }, rates, color) {
  const [toX, toY] = [scale(x, 0, 2 * height), scale(y, height, 0)];
  const end = leaving(rates, rowOf(estimate.exact, 0), { toX, toY });
  if (!end) return [];
  const turn = (end.turn * Math.PI) / 180;
  const marker = { symbol: "arrow", angleref: "previous", size: [0, HEAD], opacity: 1, color };
  return [{
    type: "scatter", mode: "markers", marker, name: `${name}, goes on`, cliponaxis: false, hoverinfo: "skip", showlegend: false,
    x: [toX.value(end.x - BACK * Math.cos(turn)), toX.value(end.x)], y: [toY.value(end.y - BACK * Math.sin(turn)), end.y > 0 ? y.low : y.high],
  }];
}

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
        ...arrowOf(mark, panel, rates, color),
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
    const still = { name: mark.name, showscale: false, zmin: 0 };
    const z = Array.from({ length: mark.z.values.length / mark.z.points }, (_, row) =>
      Array.from(mark.z.values.subarray(row * mark.z.points, (row + 1) * mark.z.points)));
    if (mark.mark === "Field") {
      const [xs, ys] = [mark.x, mark.y].map((part) => listed(part, 0));
      const shades = { colorscale: [[0, colorOf(mark.colors[0])], [0.5, MIDDLE], [1, colorOf(mark.colors[1])]], opacity: 0.6 };
      const half = { contours: { start: 0.5, end: 0.5, size: 1, coloring: "heatmap" }, line: { color: colorOf("ink"), width: 1.5 } };
      return [{ type: "contour", x: xs, y: ys, z, zmax: 1, ...still, ...shades, ...half }];
    }
    const [x, y] = [cells(mark.x, mark.z.points), cells([mark.y[1], mark.y[0]], z.length)];
    const shades = [[0, CLEAR], [0.5, colorOf("title")], [1, color]];
    return [{ type: "heatmap", x, y, z, zmax: 2, ...still, colorscale: shades, hoverinfo: "skip" }];
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
