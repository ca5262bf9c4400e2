// What follows the rate is drawn by us, above Plotly's picture and on the same scales: a step then costs a few path
// strings, where letting Plotly animate cost ten times as much. A mark adds its nodes to the group of its trace and
// returns what draws it anew from x and y, or nothing where the trace has no such mark.

import { drawn } from "./dom.js";
import { pathOf, scale } from "./scales.js";

const LABEL_ROOM = 48; // pixels that a label at the head of a stem takes

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

/** Draw a trace with all its marks; `update` moves it to a place of the slider, `clip` cuts it at its axes. */
export function drawTrack(trace, track, layout) {
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
