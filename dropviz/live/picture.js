// The picture: rows of panels in a grid that needs no second layout for a phone.

import { element } from "./dom.js";
import { holdPanel } from "./hand.js";
import { drawPanel, panelNodes, TYPE } from "./panel.js";

// A row of the grid: words above, and the panels side by side.
function rowNodes(row, nodes) {
  const cells = row.panels.map((panel, at) => {
    const above = element("div", { class: "dv-above" });
    above.innerHTML = panel.above;
    return element("section", { class: "dv-cell" }, [...(panel.above ? [above] : []), nodes[at].figure]);
  });
  const words = element("div", { class: "dv-words" });
  words.innerHTML = row.words;
  const grid = element("div", { class: "dv-row", style: `--dv-columns: ${row.panels.length}` }, cells);
  return [...(row.words ? [words] : []), grid];
}

// What of the rows decides which nodes there are: if it is the same, the nodes stay.
const shapeOf = (rows) => JSON.stringify(rows.map(({ panels, words }) => [words, panels.map(({ above }) => above)]));

/** Build the nodes of the rows in `parent`, or keep those that are there. @param {Row[]} rows */
export function picturePanels(parent, rows) {
  const panels = rows.flatMap((row) => row.panels);
  const shape = shapeOf(rows);
  if (parent.shape !== shape) {
    parent.shape = shape;
    parent.nodes = panels.map(panelNodes);
    let used = 0;
    const children = rows.flatMap((row) => {
      const own = parent.nodes.slice(used, used + row.panels.length);
      used += row.panels.length;
      return rowNodes(row, own);
    });
    parent.replaceChildren(...children);
  }
  panels.forEach((panel, at) => { parent.nodes[at].caption.textContent = panel.title; });
  return panels;
}

/** Draw all panels at the width they have; returns what moves them to a place of the slider. */
export function drawPicture(live) {
  const { parts: { picture }, payload } = live;
  const panels = payload.rows.flatMap((row) => row.panels);
  const unit = parseFloat(getComputedStyle(picture).getPropertyValue("--dv-type")) / TYPE || 1;
  const page = picture.clientWidth / unit;
  live.drawn = panels.map((panel, at) => drawPanel(picture.nodes[at], panel, payload.rates, page, unit));
  panels.forEach((panel, at) => holdPanel(picture.nodes[at], panel, live.drawn[at], live));
  return (index) => { for (const { move } of live.drawn) move(index); };
}
