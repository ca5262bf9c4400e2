// Panels that grow: the server sends them again and again, the browser draws them in the nodes that are there, so that
// nothing blinks.

import { isDrawing, panelNodes } from "./panel.js";
import { fitting, measurePanels, sharedParts, showPanel, sizesOf } from "./picture.js";
import { dataTables } from "./tables.js";
import { revive } from "./wire.js";

const WIDE_PAGE = 1000; // their labels stand beside the axes: there is one way to place them

function arrange(root, charts) {
  while (root.children.length > charts.length) root.lastElementChild.remove();
  while (root.children.length < charts.length) {
    const nodes = panelNodes();
    nodes.figure.nodes = nodes;
    nodes.figure.setAttribute("role", "figure");
    root.append(nodes.figure);
  }
}

function drawCharts(root) {
  if (!root.clientWidth) return; // the page was left
  const sizes = sizesOf(root);
  measurePanels(Array.from(root.children, ({ nodes }) => nodes));
  root.charts.forEach(({ panel, alt }, at) => {
    const { nodes } = root.children[at];
    nodes.figure.setAttribute("aria-label", alt);
    showPanel(nodes, fitting(panel, sizes), root.live, WIDE_PAGE, sizes.unit).move(0);
  });
  root.dataset.ready = "";
}

// Closed tables cost nothing; open ones keep their place while the rows change.
function tabulateOpen(details, charts) {
  if (!details.open) return;
  const tables = dataTables(charts.map(({ panel }) => panel).filter((panel) => !isDrawing(panel)), [], 0);
  details.querySelector(".dv-tables").replaceChildren(...(tables.length ? tables : ["Nothing has been trained yet."]));
}

/** Streamlit's component. @param {Component<{ charts: Chart[], plotly: string[] }>} component */
export default function ({ data, parentElement }) {
  /** @type {Growing} */
  const root = parentElement.querySelector(".dv-growing");
  const details = parentElement.querySelector("details");
  root.charts = revive(data.charts);
  if (!root.live) {
    const parts = sharedParts();
    root.after(...Object.values(parts));
    root.live = { root, parts: { ...parts, picture: root }, payload: { rates: [], label: "" }, index: 0, plotly: data.plotly };
    new ResizeObserver(() => drawCharts(root)).observe(root);
  }
  arrange(root, data.charts);
  drawCharts(root);
  details.ontoggle = () => tabulateOpen(details, data.charts);
  tabulateOpen(details, data.charts);
}
