// The picture: Plotly draws what stands still, and above it, with the same scales, we draw what follows the rate.

import { drawn, furnish } from "./dom.js";
import { drawLabel } from "./labels.js";
import { drawTrack } from "./marks.js";
import { drawStill } from "./plotly.js";
import { axisName } from "./scales.js";
import { tracesAt } from "./wire.js";

/** Draw what follows the rate; returns what moves it all to a place of the slider. */
export function drawMoving({ parts, payload, tracks, layout }) {
  const moving = tracks.map((track) => drawTrack(payload.figure.data[track.trace], track, layout));
  const labels = (layout.annotations ?? []).map((note) => drawLabel(note, layout));
  const clips = drawn("defs", {}, moving.map(({ clip }) => clip));
  furnish(parts.moving, { viewBox: `0 0 ${layout.width} ${layout.height}` });
  parts.moving.replaceChildren(clips, ...moving.map(({ group }) => group), ...labels);
  return (index) => { for (const { update } of moving) update(index); };
}

// What Plotly draws: axes, and the traces that stand still. It leaves out an axis without traces, so an axis whose
// traces are all ours gets an empty one; an axis that nobody sees is left out. Every trace less is a millisecond less.
function stillPart({ payload, tracks, layout }) {
  const moving = new Set(tracks.map(({ trace }) => trace));
  const data = payload.figure.data.filter((trace, at) => !moving.has(at));
  const axesOf = ({ xaxis = "x", yaxis = "y" }) => `${xaxis} ${yaxis}`;
  const alive = new Set(data.map(axesOf));
  for (const [at, trace] of payload.figure.data.entries()) {
    const axes = axesOf(trace);
    if (!moving.has(at) || alive.has(axes) || layout[axisName(trace.yaxis ?? "y")].visible === false) continue;
    alive.add(axes);
    data.push({ type: "scatter", mode: "lines", x: [null], y: [null], xaxis: trace.xaxis, yaxis: trace.yaxis });
  }
  const seen = Object.entries(layout).filter(([, part]) => part?.visible !== false);
  return { data, layout: { ...Object.fromEntries(seen), annotations: [] } };
}

/** Let Plotly draw what stands still, unless it is there already from an earlier draw. */
export async function drawBelow(live) {
  const still = stillPart(live);
  const picture = JSON.stringify(still);
  if (picture === live.plotted) return; // another draw, the same curves: Plotly has nothing to do
  live.plotted = picture;
  const Plotly = await live.plotly;
  if (picture !== live.plotted) return; // while we waited, a newer figure came
  const { width, height } = live.layout;
  const saved = () => ({ data: tracesAt(live), layout: live.layout, size: { width, height } });
  await drawStill(Plotly, live.parts.plot, structuredClone(still), saved);
}
