// Figures that grow: the server sends them again and again, the browser changes what differs. Nothing is mounted anew,
// so nothing blinks; of figures that arrive faster than they can be drawn only the newest is drawn.

const grown = new WeakMap();

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
  const third = (values) => Array.from(values).filter((_, at) => at % 3 === 0);
  const [x, y] = [third(numbers(trace.x)), third(numbers(trace.y))];
  const words = (reference) => plainText(layout[axisName(reference)].title.text);
  const header = [`${words("y")} ↓, ${words("x")} →`, ...x.map(figures)];
  const rows = third(trace.z).map((row, at) =>
    element("tr", {}, [cell("th", figures(y[at]), { scope: "row" }), ...third(row).map((z) => cell("td", figures(z)))]));
  return element("table", { class: "dv-table" }, [
    cell("caption", `${titleOf(layout, "x")}: ${trace.name}`),
    element("thead", {}, [element("tr", {}, header.map((text) => cell("th", text, { scope: "col" })))]),
    element("tbody", {}, rows.reverse()),
  ]);
}

const tablesOf = ({ figure: { data, layout } }) => {
  const shown = data.filter((trace) => trace.hoverinfo !== "skip");
  const lines = shown.filter((trace) => !trace.z);
  const valuesAt = (at) => ({ x: numbers(lines[at].x), y: numbers(lines[at].y) });
  return [
    ...dataTables({ figure: { data: lines, layout } }, valuesAt),
    ...shown.filter((trace) => trace.z).map((trace) => gridTable(layout, trace)),
  ];
};

// Closed tables cost nothing; open ones keep their place while the rows change.
const tabulate = (details, charts) => {
  if (!details.open) return;
  const tables = charts.flatMap(tablesOf);
  details.querySelector(".dv-tables").replaceChildren(...(tables.length ? tables : ["Nothing has been trained yet."]));
};

async function draw(root, plotly, state) {
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
      await Plotly.react(node, figure.data, figure.layout, { ...toolbar(Plotly, saved), responsive: true });
      for (const svg of node.querySelectorAll(".main-svg")) svg.setAttribute("aria-hidden", "true");
      state.drawn.set(node, text);
    }
    root.dataset.ready = "";
  }
  state.drawing = false;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dv-growing");
  const details = parentElement.querySelector("details");
  const state = grown.get(root) ?? { drawing: false, drawn: new WeakMap() };
  grown.set(root, state);
  state.waiting = data.charts;
  place(root, data.charts);
  details.ontoggle = () => tabulate(details, data.charts);
  tabulate(details, data.charts);
  draw(root, loadPlotly(data.plotly), state);
}
