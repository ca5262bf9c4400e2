// The picture: Plotly draws what stands still, and above it, on the same scales, we draw what follows the rate: a step
// then costs a few path strings, where letting Plotly animate cost ten times as much. Titles and direct labels, which
// Plotly would measure one by one, are drawn by us too.

import { drawn, furnish, plainText } from "./dom.js";
import { drawStill } from "./plotly.js";
import { axisName, pathOf, scale } from "./scales.js";
import { tracesAt } from "./wire.js";

const LABEL_ROOM = 48; // pixels that a label at the head of a stem takes

// A mark adds its nodes to the group of its trace and returns what draws it anew from x and y, or nothing where the
// trace has no such mark.

const isStepped = (trace) => trace.line?.shape === "hv";

// Diameters of the points, one each.
const sizesOf = (trace, count) => {
  const sizes = trace.mode.includes("markers") ? trace.marker.size : [];
  return Array.isArray(sizes) ? sizes : Array(count).fill(sizes);
};

function area(trace, group, toX, toY) {
  if (!trace.fill) return null;
  const node = group.appendChild(drawn("path", { fill: trace.fillcolor, stroke: "none" }));
  const base = toY(0).toFixed(1);
  return (xs, ys) => {
    const outline = pathOf(xs, ys, toX, toY, isStepped(trace));
    node.setAttribute("d", outline && `${outline}V${base}H${toX(xs[0]).toFixed(1)}Z`);
  };
}

function line(trace, group, toX, toY) {
  if (!trace.mode.includes("lines")) return null;
  const { color, width = 2, dash = "solid" } = trace.line;
  const node = group.appendChild(drawn("path", {
    fill: "none", stroke: color, "stroke-width": width,
    "stroke-dasharray": dash === "solid" ? "none" : dash.replaceAll("px", ""),
  }));
  return (xs, ys) => node.setAttribute("d", pathOf(xs, ys, toX, toY, isStepped(trace)));
}

function errorBars(trace, group, toX, toY) {
  const errors = trace.error_y?.array;
  if (!errors) return null;
  const node = group.appendChild(drawn("path", { stroke: trace.error_y.color, "stroke-width": 1.2 }));
  return (xs, ys) => {
    const ends = errors.map((error, at) => [toX(xs[at]), toY(ys[at] - error), toY(ys[at] + error)]);
    node.setAttribute("d", ends.filter((all) => all.every(Number.isFinite))
      .map(([x, low, high]) => `M${x.toFixed(1)},${low.toFixed(1)}V${high.toFixed(1)}`).join(""));
  };
}

function points(trace, group, toX, toY, sizes) {
  const open = trace.marker?.symbol === "circle-open";
  const dots = sizes.map((diameter, at) => {
    if (!(diameter > 0)) return null;
    const color = Array.isArray(trace.marker.color) ? trace.marker.color[at] : trace.marker.color;
    const [fill, stroke] = open ? ["none", color] : [color, "none"];
    return group.appendChild(drawn("circle", { r: diameter / 2, fill, stroke, "stroke-width": 1.5 }));
  });
  return (xs, ys) => dots.forEach((dot, at) => {
    if (!dot) return;
    const x = toX(xs[at]);
    const y = toY(ys[at]);
    const visible = Number.isFinite(x) && Number.isFinite(y);
    dot.setAttribute("visibility", visible ? "visible" : "hidden");
    if (visible) { dot.setAttribute("cx", x.toFixed(1)); dot.setAttribute("cy", y.toFixed(1)); }
  });
}

// The height of a stem, in words beside its head.
function stemLabel(trace, group, toX, toY, sizes) {
  if (!trace.meta?.unit) return null;
  const node = group.appendChild(drawn("text", { class: "dv-stem" }));
  return (xs, ys) => {
    const head = ys.length - 1;
    const known = Number.isFinite(ys[head]);
    node.textContent = known ? `${Math.round(ys[head])}${trace.meta.unit}` : "";
    if (!known) return;
    const x = toX(xs[head]);
    const off = sizes[head] / 2 + 4;
    const left = x + LABEL_ROOM > toX.ends[1]; // no room on the right: it would lie on the next panel
    node.setAttribute("text-anchor", left ? "end" : "start");
    node.setAttribute("x", (left ? x - off : x + off).toFixed(1));
    node.setAttribute("y", (toY(ys[head]) + 4).toFixed(1));
  };
}

let clips = 0; // clip paths need names that are unique in the page

// Draw a trace with all its marks; `update` moves it to a place of the slider, `clip` cuts it at its axes.
function drawTrack(trace, track, layout) {
  const toX = scale(layout, trace.xaxis ?? "x");
  const toY = scale(layout, trace.yaxis ?? "y");
  clips += 1;
  const id = `dv-clip-${clips}`;
  const [[left, right], [top, bottom]] = [toX.ends, toY.ends];
  const frame = drawn("rect", { x: left, y: top, width: right - left, height: bottom - top });
  const group = drawn("g", trace.cliponaxis === false ? {} : { "clip-path": `url(#${id})` });
  const sizes = sizesOf(trace, track.y(0).length);
  const marks = [area, line, errorBars, points, stemLabel].map((mark) => mark(trace, group, toX, toY, sizes));
  const update = (index) => {
    const xs = track.x ? track.x(index) : trace.x;
    const ys = track.y(index);
    for (const draw of marks) draw?.(xs, ys);
  };
  return { group, update, clip: drawn("clipPath", { id }, [frame]) };
}

const ANCHORS = { left: ["start", 2], center: ["middle", 0], right: ["end", -2] }; // text-anchor, pixels to the right
const LINES_DOWN = { bottom: -0.3, middle: 0.35, top: 1.0 }; // from the label's place to its baseline

// From a place in Plotly's words to pixels: on the paper, or in the units of an axis (log10 where that is logarithmic).
const placing = (layout, reference, onPaper) => {
  if (reference === "paper") return onPaper;
  const axis = layout[axisName(reference)];
  return (value) => scale(layout, reference)(axis.type === "log" ? 10 ** value : value);
};

// Draw a note of Plotly's: a text, and a thin line that leads from it to its curve.
function drawLabel(note, layout) {
  const { l, r, t, b } = layout.margin;
  const toX = placing(layout, note.xref, (share) => l + share * (layout.width - l - r));
  const toY = placing(layout, note.yref, (share) => t + (1 - share) * (layout.height - t - b));
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
  furnish(parts.moving, { viewBox: `0 0 ${layout.width} ${layout.height}` });
  const defs = drawn("defs", {}, moving.map(({ clip }) => clip));
  parts.moving.replaceChildren(defs, ...moving.map(({ group }) => group), ...labels);
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
