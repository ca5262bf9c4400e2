// The picture: Plotly draws what stands still, and above it, with the same scales, we draw what follows the rate, and
// titles and direct labels, which Plotly would measure one by one.

import { drawn, furnish, plainText } from "./dom.js";
import { drawTrack } from "./marks.js";
import { drawStill } from "./plotly.js";
import { axisName, scale } from "./scales.js";
import { tracesAt } from "./wire.js";

const ANCHORS = { left: ["start", 2], center: ["middle", 0], right: ["end", -2] }; // text-anchor, pixels to the right
const LINES_DOWN = { bottom: -0.3, middle: 0.35, top: 1.0 }; // from the label's place to its baseline

// A place in Plotly's words, on the paper or in the units of an axis (log10 where that is logarithmic), in pixels.
const pixel = (layout, reference, value, onPaper) => {
  if (reference === "paper") return onPaper(value);
  return scale(layout, reference)(layout[axisName(reference)].type === "log" ? 10 ** value : value);
};

// Draw a note of Plotly's: a text, and a thin line that leads from it to its curve.
function drawLabel(note, layout) {
  const { l, r, t, b } = layout.margin;
  const toX = (value) => pixel(layout, note.xref, value, (share) => l + share * (layout.width - l - r));
  const toY = (value) => pixel(layout, note.yref, value, (share) => t + (1 - share) * (layout.height - t - b));
  const x = toX(note.showarrow ? note.ax : note.x);
  const y = toY(note.showarrow ? note.ay : note.y);
  const { color, size } = note.font;
  const [anchor, off] = ANCHORS[note.xanchor ?? "center"];
  const text = drawn("text", {
    x: (x + off).toFixed(1), y: (y + (LINES_DOWN[note.yanchor] ?? LINES_DOWN.middle) * size).toFixed(1),
    "text-anchor": anchor, "font-size": size, "font-weight": note.text.startsWith("<b>") ? 700 : 400,
  }, [plainText(note.text)]);
  text.style.fill = color;
  text.style.whiteSpace = "pre";
  const lines = note.showarrow ? [leader(note, x, y, toX(note.x), toY(note.y))] : [];
  return drawn("g", { class: "annotation" }, [...lines, drawn("g", { class: "annotation-text-g" }, [text])]);
}

// The line begins at the label's edge, not in its middle.
function leader(note, x, y, tipX, tipY) {
  const edge = y + Math.sign(tipY - y) * 0.6 * note.font.size;
  const d = `M${x.toFixed(1)},${edge.toFixed(1)}L${tipX.toFixed(1)},${tipY.toFixed(1)}`;
  const path = drawn("path", { d, fill: "none" });
  path.style.stroke = note.arrowcolor;
  return drawn("g", { class: "annotation-arrow-g" }, [path]);
}

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
