// Figures that grow: the server sends them again and again, the browser changes what differs. Nothing is mounted anew,
// so nothing blinks; of figures that arrive faster than they can be drawn only the newest is drawn.

const grown = new WeakMap();

// Streamlit may be served below a path: its own script tells where.
const loadPlotly = async (path) => {
  if (!window.dropvizPlotly) {
    const own = [...document.scripts].map((script) => script.src).find((src) => src.includes("/static/js/"));
    const base = own ? own.slice(0, own.indexOf("/static/js/") + 1) : `${location.origin}/`;
    window.dropvizPlotly = import(new URL(path, base).href).then(() => window.Plotly);
  }
  return window.dropvizPlotly;
};

const place = (root, count) => {
  while (root.children.length > count) root.lastElementChild.remove();
  while (root.children.length < count) {
    const node = document.createElement("div");
    node.className = "dv-plot";
    node.setAttribute("role", "img");
    root.append(node);
  }
};

async function draw(root, plotly) {
  const state = grown.get(root);
  if (state.drawing) return;
  state.drawing = true;
  const Plotly = await plotly;
  while (state.charts) {
    const charts = state.charts;
    state.charts = null;
    place(root, charts.length);
    for (const [index, { figure, alt }] of charts.entries()) {
      const node = root.children[index];
      node.style.minHeight = `${figure.layout.height}px`;
      node.setAttribute("aria-label", alt);
      await Plotly.react(node, figure.data, figure.layout, { displayModeBar: false, responsive: true });
    }
    root.dataset.ready = "";
  }
  state.drawing = false;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dv-growing");
  const state = grown.get(root) ?? { drawing: false };
  grown.set(root, state);
  state.charts = data.charts;
  draw(root, loadPlotly(data.plotly));
}
