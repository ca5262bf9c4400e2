// The live figure. One slider drives a Plotly figure, a row of neurons and the numbers; nothing leaves the browser
// until the drag ends. The app, the story and the standalone page all call `mount`.

import { fillBlocks, skeleton } from "./blocks.js";
import { drawBelow, drawMoving } from "./panel.js";
import { createPlayer } from "./player.js";
import { layoutFor, nearest } from "./scales.js";
import { dataTables } from "./tables.js";
import { tracesAt, tracksOf } from "./wire.js";

const TABLE_PAUSE_MS = 200; // tables are not made at every step of a drag

const tabulate = (live) => {
  const { layout } = live.payload.figure;
  live.parts.tables.replaceChildren(...dataTables({ data: tracesAt(live), layout }));
};

function paint(live) {
  const { root, parts, payload, index } = live;
  live.moveBlocks(index);
  live.movePicture(index);
  if (parts.data.open) {
    clearTimeout(live.tableTimer);
    live.tableTimer = setTimeout(() => tabulate(live), TABLE_PAUSE_MS);
  }
  root.dispatchEvent(new CustomEvent("dv-drawn", { detail: { rate: payload.rates[index] } }));
}

async function drawFigure(live) {
  live.width = live.parts.figure.clientWidth;
  if (!live.width) return; // hidden: the observer calls again when there is room
  live.layout = layoutFor(live.payload, live.width);
  live.parts.figure.style.height = `${live.layout.height}px`;
  live.movePicture = drawMoving(live);
  paint(live);
  await drawBelow(live);
}

async function showPayload(live, payload, rate) {
  const index = nearest(payload.rates, rate);
  Object.assign(live, { payload, tracks: tracksOf(payload), index, committed: payload.rates[index] });
  live.moveBlocks = fillBlocks(live);
  live.parts.range.value = index;
  await drawFigure(live);
  live.root.dataset.ready = "true";
}

/**
 * Show a live figure in `root`, with the slider at `rate`; `onCommit` hears the rate when a drag has ended.
 * `plotly` is Plotly or a promise of it: everything of ours is drawn while the library is still on its way.
 */
export function mount(root, firstPayload, rate, plotly, onCommit = () => {}) {
  const parts = skeleton(root);
  const live = { root, parts, plotly, plotted: "", tableTimer: 0, width: 0, movePicture: () => {} };
  const player = createPlayer(live, () => paint(live), onCommit);
  parts.data.addEventListener("toggle", () => (parts.data.open ? tabulate(live) : parts.tables.replaceChildren()));
  const watcher = new ResizeObserver(() => { if (parts.figure.clientWidth !== live.width) drawFigure(live); });
  const ready = showPayload(live, firstPayload, rate).then(() => watcher.observe(parts.figure));
  return {
    ready,
    replace: (payload) => showPayload(live, payload, live.payload.rates[live.index]),
    set: player.set,
    toggle: player.toggle,
    destroy: () => {
      player.destroy();
      clearTimeout(live.tableTimer);
      watcher.disconnect();
      Promise.resolve(plotly).then((Plotly) => Plotly.purge(parts.plot));
    },
  };
}
