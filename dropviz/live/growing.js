// Figures that grow: the server sends them again and again, the browser changes what differs. Nothing is mounted anew,
// so nothing blinks; of figures that arrive faster than they can be drawn only the newest is drawn.

import { element } from "./dom.js";
import { drawStill, loadPlotly } from "./plotly.js";
import { axisTitle, dataTables, figures, rowOf, table, titleOf } from "./tables.js";
import { numbers } from "./wire.js";

const place = (root, charts) => {
  while (root.children.length > charts.length) root.lastElementChild.remove();
  while (root.children.length < charts.length) root.append(element("div", { class: "dv-plot", role: "figure" }));
  charts.forEach(({ figure, alt }, index) => {
    root.children[index].style.minHeight = `${figure.layout.height}px`;
    root.children[index].setAttribute("aria-label", alt);
  });
};

// A surface over the plane: every third row and column is enough to read.
function gridTable(layout, trace) {
  const third = (values) => values.filter((_, at) => at % 3 === 0);
  const [x, y] = [third(numbers(trace.x)), third(numbers(trace.y))];
  const headings = [`${axisTitle(layout, "y")} ↓, ${axisTitle(layout, "x")} →`, ...x.map(figures)];
  const rows = third(trace.z).map((row, at) => rowOf(figures(y[at]), third(row).map(figures)));
  return table(`${titleOf(layout, "x")}: ${trace.name}`, headings, rows.reverse());
}

const tablesOf = ({ figure: { data, layout } }) => {
  const shown = data.filter((trace) => trace.hoverinfo !== "skip");
  const lines = shown.filter((trace) => !trace.z)
    .map((trace) => ({ ...trace, x: numbers(trace.x), y: numbers(trace.y) }));
  return [
    ...dataTables({ data: lines, layout }),
    ...shown.filter((trace) => trace.z).map((trace) => gridTable(layout, trace)),
  ];
};

// Closed tables cost nothing; open ones keep their place while the rows change.
const tabulateOpen = (details, charts) => {
  if (!details.open) return;
  const tables = charts.flatMap(tablesOf);
  details.querySelector(".dv-tables").replaceChildren(...(tables.length ? tables : ["Nothing has been trained yet."]));
};

async function drawNewest(root, plotly) {
  const state = root.growing;
  if (state.drawing) return;
  state.drawing = true;
  const Plotly = await plotly;
  while (state.waiting) {
    const charts = state.waiting;
    state.waiting = null;
    for (const [index, { figure }] of charts.entries()) {
      const text = JSON.stringify(figure);
      const node = root.children[index];
      if (!node || state.drawn.get(node) === text) continue;
      const saved = () => ({ ...figure, size: { width: node.clientWidth, height: figure.layout.height } });
      await drawStill(Plotly, node, figure, saved, { responsive: true });
      state.drawn.set(node, text);
    }
    root.dataset.ready = "";
  }
  state.drawing = false;
}

/** Streamlit's component. */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dv-growing");
  const details = parentElement.querySelector("details");
  root.growing ??= { drawing: false, drawn: new WeakMap() };
  root.growing.waiting = data.charts;
  place(root, data.charts);
  details.ontoggle = () => tabulateOpen(details, data.charts);
  tabulateOpen(details, data.charts);
  drawNewest(root, loadPlotly(data.plotly));
}
