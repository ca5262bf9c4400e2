// Panels that grow: the server sends them again and again, the browser draws anew what differs. Nothing is mounted
// anew, so nothing blinks.

import { element } from "./dom.js";
import { holdPanel, tipNode } from "./hand.js";
import { drawPanel, panelNodes } from "./panel.js";
import { menuNode, offerMenu } from "./save.js";
import { dataTables } from "./tables.js";
import { revive } from "./wire.js";

const WIDE_PAGE = 1000; // their labels stand beside the axes: there is one way to place them

function arrange(root, charts) {
  while (root.children.length > charts.length) root.lastElementChild.remove();
  while (root.children.length < charts.length) {
    const nodes = panelNodes({ title: "" });
    nodes.figure.nodes = nodes;
    nodes.figure.setAttribute("role", "figure");
    root.append(nodes.figure);
  }
}

function drawCharts(root) {
  const { live } = root;
  root.charts.forEach(({ panel, alt }, at) => {
    const { nodes } = root.children[at];
    nodes.caption.textContent = panel.title;
    nodes.figure.setAttribute("aria-label", alt);
    const drawn = drawPanel(nodes, panel, [], WIDE_PAGE, 1);
    drawn.move(0);
    holdPanel(nodes, panel, drawn, live);
    offerMenu(nodes, panel, live);
  });
  root.dataset.ready = "";
}

// Closed tables cost nothing; open ones keep their place while the rows change.
function tabulateOpen(details, charts) {
  if (!details.open) return;
  const tables = dataTables(charts.map(({ panel }) => panel).filter(({ marks }) => marks.length), [], 0);
  details.querySelector(".dv-tables").replaceChildren(...(tables.length ? tables : ["Nothing has been trained yet."]));
}

/** Streamlit's component. @param {Component<{ charts: Chart[], plotly: string[] }>} component */
export default function ({ data, parentElement }) {
  /** @type {Growing} */
  const root = parentElement.querySelector(".dv-growing");
  const details = parentElement.querySelector("details");
  root.charts = revive(data.charts);
  if (!root.live) {
    const parts = { tip: tipNode(), menu: menuNode(), status: element("p", { class: "dv-status", "aria-live": "polite" }), picture: root };
    root.after(parts.tip, parts.menu, parts.status);
    root.live = { root, parts, payload: { rates: [], label: "" }, index: 0, plotly: data.plotly };
    new ResizeObserver(() => { if (root.clientWidth) drawCharts(root); }).observe(root); // none where the page was left
  }
  arrange(root, data.charts);
  drawCharts(root);
  details.ontoggle = () => tabulateOpen(details, data.charts);
  tabulateOpen(details, data.charts);
}
