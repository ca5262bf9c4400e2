// The picture: rows of panels in a grid that needs no second layout for a phone.

import { element } from "./dom.js";
import { hideTip, holdPanel, sayPlace } from "./hand.js";
import { holdKnots } from "./knots.js";
import { isAlike, mixedPanel } from "./mix.js";
import { apart, drawPanel, panelNodes, TYPE } from "./panel.js";
import { offerMenu } from "./save.js";
import { foldNode, keepUnfolded, wordNodes } from "./words.js";

/** Milliseconds from one picture to the next. */
export const MOVE_MS = 180;

// A row of the grid: words above or on the left, and the panels side by side.
function rowNodes(row, nodes) {
  const cells = row.panels.map((panel, at) => {
    const above = panel.above.length ? [element("div", { class: "dv-above" }, wordNodes(panel.above))] : [];
    return element("section", { class: "dv-cell" }, [...above, nodes[at].figure]);
  });
  const grid = element("div", { class: "dv-row", style: `--dv-columns: ${row.panels.length}` }, cells);
  const words = row.words.length ? [element("div", { class: "dv-words" }, wordNodes(row.words))] : [];
  return row.beside ? [element("div", { class: "dv-beside" }, [...words, grid])] : [...words, grid];
}

// What of the rows decides which nodes there are: if it is the same, the nodes stay.
const shapeOf = (rows) => JSON.stringify(rows.map(({ panels, words, fold, beside }) => [words, fold, beside, panels.map(({ above }) => above)]));

function buildRows(parent, rows) {
  parent.replaceChildren();
  let used = 0;
  rows.forEach((row, at) => {
    const own = row.panels.length || row.words.length ? rowNodes(row, parent.nodes.slice(used, used += row.panels.length)) : [];
    if (row.fold && row.fold === rows[at - 1]?.fold) parent.lastElementChild.append(...own);
    else parent.append(...(row.fold ? [foldNode(row.fold, own, row.open)] : own));
  });
}

/**
 * Build the nodes of the rows in `parent`, or keep those that are there; returns whether they are new.
 * @param {Picture} parent @param {Row[]} rows
 */
export function picturePanels(parent, rows) {
  const shape = shapeOf(rows);
  if (parent.shape === shape) return false;
  parent.shape = shape;
  parent.nodes = rows.flatMap((row) => row.panels).map(panelNodes);
  keepUnfolded(parent, () => buildRows(parent, rows));
  return true;
}

/** What the panels of a figure share. */
export const sharedParts = () => ({
  tip: element("div", { class: "dv-tip", popover: "manual" }),
  menu: element("div", { class: "dv-menu", popover: "auto" }),
  status: element("p", { class: "dv-status", "aria-live": "polite" }),
});

/**
 * Read the widths of all panels before any is drawn: between drawings the browser would lay out the page for each.
 * @param {PanelNodes[]} nodes
 */
export function measurePanels(nodes) {
  for (const each of nodes) each.width = each.box.clientWidth;
}

/**
 * Draw a panel, and let it answer to the hand.
 * @param {PanelNodes} nodes @param {Panel} panel @param {Surroundings} live
 * @param {number} page its width, in units @param {number} unit pixels
 */
export function showPanel(nodes, panel, live, page, unit) {
  const drawnPanel = drawPanel(nodes, panel, live.payload.rates, page, unit);
  holdPanel(nodes, panel, drawnPanel, live);
  offerMenu(nodes, panel, live);
  return drawnPanel;
}

/**
 * What the style sheet says of a picture: the pixels of its unit, and how tall a panel may be. To know it the browser
 * lays out the page.
 * @param {Element} node @returns {Sizes}
 */
export function sizesOf(node) {
  const [type, tallest] = ["type", "tallest"].map((name) => parseFloat(getComputedStyle(node).getPropertyValue(`--dv-${name}`)));
  return { unit: type / TYPE || 1, tallest };
}

/** A panel no taller than there is room for. @param {Panel} panel @param {Sizes} sizes */
export const fitting = (panel, { tallest }) => {
  if (!(panel.height > tallest)) return panel;
  const { wide, narrow } = panel.labels;
  return { ...panel, height: tallest, labels: { wide: apart(wide, tallest), narrow: apart(narrow, tallest) } };
};

// The panels as they are to be drawn.
function drawAll(live, panels) {
  const { picture } = live.parts;
  const { unit } = live.sizes;
  const page = live.width / unit;
  live.shown = panels;
  // What is folded has no width; it is drawn when it unfolds.
  live.drawn = panels.flatMap((whole, at) => {
    if (!picture.nodes[at].width) return [];
    const panel = fitting(whole, live.sizes);
    const drawnPanel = showPanel(picture.nodes[at], panel, live, page, unit);
    holdKnots(picture.nodes[at], panel, drawnPanel, live, () => { drawPicture(live, false, true); live.movePicture(live.index); });
    return [drawnPanel];
  });
  live.movePicture = (index) => {
    for (const { move } of live.drawn) move(index);
    for (const { grip } of picture.nodes) sayPlace(grip, live);
  };
}

/**
 * Draw all panels in the sizes they have, or had when they were `measured`; where they `move`, those that are shown
 * already go to where they shall be.
 * @param {Live} live @param {boolean} [move] @param {boolean} [measured]
 */
export function drawPicture(live, move = false, measured = false) {
  cancelAnimationFrame(live.moving);
  hideTip(live.parts.tip);
  if (!measured) {
    measurePanels(live.parts.picture.nodes);
    live.sizes = sizesOf(live.parts.picture);
  }
  const panels = live.payload.rows.flatMap((row) => row.panels);
  const before = move ? live.shown : []; // on its way, if it was
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const moves = !calm && before.length === panels.length && panels.every((panel, at) => isAlike(before[at], panel));
  if (!moves) { drawAll(live, panels); return; }
  const began = performance.now();
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - began) / MOVE_MS));
    const eased = 1 - (1 - share) ** 2;
    drawAll(live, share < 1 ? panels.map((panel, at) => mixedPanel(before[at], panel, eased)) : panels);
    live.movePicture(live.index);
    if (share < 1) live.moving = requestAnimationFrame(step);
  };
  step(began + 16);
}
