// The marks of a panel. Each draws its nodes once and returns them with `move`, which brings them to a place of the
// slider, and `say`, which reads it at a place: rows of a name and a value.

import { channelsAt } from "./color.js";
import { drawn, putText, writing } from "./dom.js";
import { figures, hasError, nearest, pathOf, tenth } from "./scales.js";
import { numberAt, rowOf } from "./wire.js";

const POINTS_SHOWN = 10; // along a line, as in `panels.py`
const STEM_HEAD = 4.5; // radius, pixels
const STRIP = 28; // pixels at the top of a panel: for what is cut
const STEM_LETTER = 6.2; // pixels of a letter of its words, at most
const ASIDE = 3.5; // that stems of training and test stand beside their value
const STEM_LABEL = 11; // from their value to their labels
/** Lengths of the dashes and gaps of a line, pixels. */
export const DASHES = { solid: [], dashed: [4, 3], dotted: [1, 3] };
const ARROW = 8; // pixels of the head of a line that leaves the picture
const BESIDE_NAMES = 24; // pixels from the end of the picture to words of what is beyond: names have their lines there
const FIELD_CELLS = 220; // pixels across the picture of a field

const still = () => {};

// A line of `width` pixels at a type of 12, dashed as the mark says.
const pen = ({ unit }, width, dash = "solid") => ({
  class: "dv-line", "stroke-width": tenth(width * unit),
  ...(dash === "solid" ? {} : { "stroke-dasharray": DASHES[dash].map((part) => tenth(part * unit)).join(" ") }),
});

// Dots as one path: a point is a line of no length with round ends, a ring a circle.
function dots(xs, ys, { toX, toY, unit }, size, open) {
  const radius = tenth((size * unit) / 2);
  const shape = open
    ? `m-${radius},0a${radius},${radius} 0 1 0 ${tenth(size * unit)},0a${radius},${radius} 0 1 0 -${tenth(size * unit)},0`
    : "h0";
  let path = "";
  for (let at = 0; at < ys.length; at += 1) {
    const [x, y] = [toX(xs[at]), toY(ys[at])];
    if (Number.isFinite(x) && Number.isFinite(y)) path += `M${tenth(x)},${tenth(y)}${shape}`;
  }
  return path;
}

const dotPen = ({ unit }, size, open) =>
  open ? { ...pen({ unit }, 1.5), class: "dv-line dv-ring" } : { class: "dv-line dv-dots", "stroke-width": tenth(size * unit) };

// A bar that goes below all that a logarithm has a place for ends at the axis.
function errorBars(xs, ys, errors, { toX, toY }) {
  let path = "";
  for (let at = 0; at < ys.length; at += 1) {
    const [x, high, down] = [toX(xs[at]), toY(ys[at] + errors[at]), toY(ys[at] - errors[at])];
    const low = Number.isFinite(down) ? down : toY.ends[1];
    if ([x, high].every(Number.isFinite)) path += `M${tenth(x)},${tenth(low)}V${tenth(high)}`;
  }
  return path;
}

/**
 * Where a line leaves the picture for good, and which way, in degrees; null where its end is seen.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {{ toX: Scale, toY: Scale }} scales
 */
export function leaving(xs, ys, { toX, toY }) {
  const [top, bottom] = toY.ends;
  const heights = Array.from(ys, toY);
  const last = heights.findLastIndex((height) => height >= top - 0.5 && height <= bottom + 0.5);
  const [from, to] = [heights[last], heights[last + 1]];
  if (!Number.isFinite(from) || !Number.isFinite(to)) return null;
  const [left, right] = [toX(xs[last]), toX(xs[last + 1])];
  const y = to < top ? top : bottom;
  return { x: left + ((y - from) / (to - from)) * (right - left), y, turn: (Math.atan2(to - from, right - left) * 180) / Math.PI };
}

function arrow(way, { unit }) {
  const [long, half] = [ARROW * unit, 0.45 * ARROW * unit].map(tenth);
  const turned = `translate(${tenth(way.x)},${tenth(way.y)}) rotate(${tenth(way.turn)})`;
  return drawn("path", { class: "dv-arrow", d: `M0,0L-${long},-${half}V${half}Z`, transform: turned });
}

/**
 * A value with its error, which has one digit, or two where the first is 1: 0.278 ± 0.002, 0.278 ± 0.012; NaN is an
 * error that nobody knows.
 * @param {number} value @param {number} [error]
 */
export const plusMinus = (value, error) => {
  if (!Number.isFinite(value)) return figures(value);
  if (Number.isNaN(error)) return `${Number(value.toPrecision(2))} ± ?`.replaceAll("-", "−");
  if (!hasError(value, error)) return figures(value);
  const [digits, power] = error.toExponential(1).split("e").map(Number);
  const decimals = (digits < 2 ? 1 : 0) - power;
  if (decimals < 0 || decimals > 12) return `${figures(value)} ± ${figures(error)}`;
  const rounded = Number(value.toFixed(decimals)) + 0; // no minus before a zero
  return `${rounded.toFixed(decimals)} ± ${error.toFixed(decimals)}`.replace("-", "−");
};

/** The exact and the simulated value of a line at one place, in words. @param {Line} line @param {number} index */
export function valueOf({ estimate, kind }, index) {
  const [exact, simulated, error] = ["exact", "simulated", "error"].map((part) => rowOf(estimate[part], 0)?.[index]);
  if (simulated === undefined) return figures(exact);
  return `${figures(exact)}${kind === "exact" ? "" : ` ${kind}`}; simulated ${plusMinus(simulated, error)}`;
}

/** @type {Drawers} */
const draw = {
  Line(mark, room) {
    const { places, toX, toY, unit } = room;
    const [exact, simulated, error] = ["exact", "simulated", "error"].map((part) => rowOf(mark.estimate[part], 0));
    const way = pen(room, mark.width, mark.dashed ? "dashed" : "solid");
    const nodes = [drawn("path", { ...way, ...(mark.inside && { class: "dv-line dv-inside" }), d: pathOf(places, exact, toX, toY) })];
    if (simulated) {
      const every = Math.max(1, Math.floor((places.length - 1) / POINTS_SHOWN));
      const first = Math.floor(mark.turn * every);
      const shown = (values) => Array.from(values).filter((_, at) => at % every === first && (at > 0 || every === places.length));
      const [xs, ys, size] = [shown(places), shown(simulated), mark.width + 3];
      if (error) nodes.push(drawn("path", { ...pen(room, 1.2), d: errorBars(xs, ys, shown(error), room) }));
      nodes.push(drawn("path", { ...dotPen(room, size, mark.dashed), d: dots(xs, ys, room, size, mark.dashed) }));
    }
    const away = leaving(places, exact, room);
    if (away) nodes.push(arrow(away, room));
    const now = drawn("circle", { class: "dv-now", r: tenth((3.5 + mark.width / 2) * unit) });
    const beyond = drawn("text", { class: "dv-name" });
    const [top, bottom] = toY.ends;
    const [put, putBeyond] = [now, beyond].map(writing);
    return {
      nodes, above: drawn("g", {}, [now, beyond]),
      move: (index) => {
        const y = toY(exact[index]);
        const seen = y >= top - 0.5 && y <= bottom + 0.5;
        put(seen ? { visibility: "visible", cy: tenth(y) } : { visibility: "hidden" });
        // What is above or below the picture is told there; of several, one below the other.
        const isBeyond = !seen && Number.isFinite(y);
        putText(beyond, isBeyond ? `${y < top ? "↑" : "↓"} ${figures(exact[index])}` : "");
        if (!isBeyond) return;
        const row = room.beyond[y < top ? "up" : "down"]++;
        const late = 2 * index >= places.length;
        const inside = (BESIDE_NAMES + 14 * row) * unit;
        putBeyond({ "text-anchor": late ? "end" : "start", x: (late ? -5 : 5) * unit, y: tenth(y < top ? top + inside : bottom - inside + 8 * unit) });
      },
      say: (x) => [[mark, valueOf(mark, nearest(places, x))]],
    };
  },

  Path(mark, room) {
    const { toX, toY } = room;
    const line = drawn("path", { ...pen(room, mark.width, mark.dash), class: mark.filled ? "dv-line dv-area" : "dv-line" });
    const points = mark.dots ? drawn("path", dotPen(room, mark.dots, false)) : null;
    const base = tenth(Math.min(Math.max(toY(0), toY.ends[0]), toY.ends[1]));
    const put = (index) => {
      const [xs, ys] = [rowOf(mark.x, index), rowOf(mark.y, index)];
      const outline = pathOf(xs, ys, toX, toY, mark.stepped);
      line.setAttribute("d", mark.filled ? areaOf(outline, base) : outline);
      points?.setAttribute("d", dots(xs, ys, room, mark.dots, false));
    };
    return { nodes: points ? [line, points] : [line], ...moving(put, mark.x, mark.y), say: reading(mark) };
  },

  Points(mark, room) {
    const node = drawn("path", dotPen(room, mark.size, mark.open));
    const put = (index) =>
      node.setAttribute("d", dots(rowOf(mark.x, index), rowOf(mark.y, index), room, mark.size, mark.open));
    return { nodes: [node], ...moving(put, mark.x, mark.y), say: () => [] };
  },

  // A mass at one value stands on the axis of the panel. One that is higher is cut, by two strokes; above them, a
  // strip reaches to 100 %, so that of two the larger is the higher. Words say how high it is.
  Stem(mark, room) {
    const { toX, toY, unit } = room;
    const line = drawn("path", pen(room, mark.dashed ? 2 : 4, mark.dashed ? "dashed" : "solid"));
    const head = drawn("path", dotPen(room, 2 * STEM_HEAD, mark.dashed));
    const cut = drawn("path", { class: "dv-cut", "stroke-width": tenth(2 * unit) });
    const words = drawn("text", { class: "dv-stem" });
    const [top, bottom] = toY.ends;
    const strip = top + STRIP * unit;
    const full = top + STEM_HEAD * unit;
    const [toLine, toHead, toCut, toWords] = [line, head, cut, words].map(writing);
    const put = (index) => {
      const [at, share] = [numberAt(mark.at, index), numberAt(mark.share, index)];
      const x = toX(at) + (mark.dashed ? 1 : -1) * ASIDE * unit;
      const isCut = toY(share) < strip;
      const highest = toY.value(strip);
      const y = isCut ? strip + ((full - strip) * (share - highest)) / (100 - highest) : toY(share);
      const seen = share > 0 && toX(at) >= toX.ends[0] && toX(at) <= toX.ends[1];
      toLine({ d: seen ? `M${tenth(x)},${tenth(bottom)}V${tenth(y)}` : "" });
      toHead({ d: seen ? dots([toX.value(x)], [toY.value(y)], room, 2 * STEM_HEAD, mark.dashed) : "" });
      const side = 4 * unit;
      toCut({ d: seen && isCut ? [0, side].map((lower) =>
        `M${tenth(x - side)},${tenth(strip + lower + 2)}L${tenth(x + side)},${tenth(strip + lower - 2)}`).join("") : "" });
      const isSaid = seen && mark.said !== "" && (isCut || !mark.dashed);
      const phase = mark.dashed ? "test: " : "training: ";
      const place = at === 0 ? " are 0" : "";
      const text = mark.said ? `${Math.round(share)} %${mark.said}` : `${phase}${Math.round(share)} %${place}`;
      putText(words, isSaid ? text : "");
      if (!isSaid) return; // where there is no share, there is no height for its words
      // On the side where no stem of this panel stands, if there is room; below those that stand there.
      const long = (STEM_LABEL + STEM_LETTER * text.length) * unit;
      const left = toX(at) - long > toX.ends[0];
      const right = mark.said && at <= 0 ? !left : toX(at) + long < toX.ends[1];
      const anchor = right ? "start" : "end";
      room.said[anchor] = Math.max(y + 4 * unit, room.said[anchor] + 14 * unit);
      toWords({ "text-anchor": anchor, x: tenth(toX(at) + (right ? 1 : -1) * STEM_LABEL * unit), y: tenth(room.said[anchor]) });
    };
    /** @type {Drawn["say"]} */
    const say = (_, index) => {
      const share = numberAt(mark.share, index);
      return share > 0 ? [[mark, `${figures(share)} %`]] : [];
    };
    return { nodes: [line, head, cut, words], move: put, say };
  },

  Band(mark, room) {
    const { toX, toY } = room;
    const [xs, low, high] = ["x", "low", "high"].map((part) => Array.from(rowOf(mark[part], 0)));
    const back = pathOf([...xs].reverse(), low.reverse(), toX, toY).replaceAll("M", "L");
    const node = drawn("path", { class: "dv-area", d: `${pathOf(xs, high, toX, toY)}${back}Z` });
    return { nodes: [node], move: still, say: () => [] };
  },

  Field(mark, room) {
    const { toX, toY } = room;
    const [[left, right], [top, bottom]] = [toX.ends, toY.ends];
    const href = fieldPicture(mark, room.node).toDataURL();
    const size = { x: left, y: top, width: right - left, height: bottom - top };
    const node = drawn("image", { ...size, href, preserveAspectRatio: "none" });
    return { nodes: [node], move: still, say: () => [] };
  },

  Pixels(mark, room) {
    const [[left, right], [low, high]] = [mark.x.map(room.toX), mark.y.map(room.toY)];
    const href = pixelPicture(mark, room.node).toDataURL();
    const size = { x: left, y: high, width: right - left, height: low - high };
    const node = drawn("image", { ...size, href, preserveAspectRatio: "none", style: "image-rendering: pixelated" });
    return { nodes: [node], move: still, say: () => [] };
  },
};

/**
 * A curve that rises from `base` and falls to it, every piece of it on its own: what fills it ends there.
 * @param {string} outline @param {string} base
 */
export const areaOf = (outline, base) =>
  outline.split("M").filter(Boolean).map((piece) => `M${piece.split(",")[0]},${base}V${piece.slice(piece.indexOf(",") + 1)}V${base}`).join("");

// Marks that stand still are put once, those that move at every place.
function moving(put, ...parts) {
  if (parts.some(({ values, points }) => values.length > points)) return { move: put };
  put(0);
  return { move: still };
}

// The value of a path at the point nearest to x.
/** @type {(mark: Path) => Drawn["say"]} */
const reading = (mark) => (x, index) => {
  const [xs, ys] = [rowOf(mark.x, index), rowOf(mark.y, index)];
  if (xs.length < 3) return [];
  const near = mark.stepped ? Math.max(0, xs.findLastIndex((left) => left <= x)) : nearest(Array.from(xs), x);
  return [[mark, plusMinus(ys[near], mark.spread?.values[near])]];
};

/**
 * How a pixel is painted: its red, green, blue and opacity; nothing where there is no value.
 * @param {number} value @param {number[]} ink @param {number[]} beyond
 */
export function pixelOf(value, ink, beyond) {
  if (!(value > 0)) return [0, 0, 0, 0];
  const past = Math.min(Math.max(value - 1, 0), 1);
  const mixed = [0, 1, 2].map((at) => Math.round((1 - past) * ink[at] + past * beyond[at]));
  return [...mixed, Math.round(255 * Math.min(value, 1))];
}

/** @param {Pixels} mark @param {SVGElement} node */
function pixelPicture({ color, z }, node) {
  const canvas = document.createElement("canvas");
  canvas.width = z.points;
  canvas.height = z.values.length / z.points;
  const paint = canvas.getContext("2d");
  const picture = paint.createImageData(canvas.width, canvas.height);
  const [ink, beyond] = ["title", color].map((role) => channelsAt(node, role));
  z.values.forEach((value, at) => picture.data.set(pixelOf(value, ink, beyond), 4 * at));
  paint.putImageData(picture, 0, 0);
  return canvas;
}

// Shades between the two colours of a field, and a line where it is one half.
function fieldPicture({ colors, x, y, z }, node) {
  const canvas = document.createElement("canvas");
  const [columns, rows] = [x.points, y.points];
  canvas.width = FIELD_CELLS;
  canvas.height = FIELD_CELLS;
  const paint = canvas.getContext("2d");
  const picture = paint.createImageData(FIELD_CELLS, FIELD_CELLS);
  const shades = [...colors, "ink"].map((color) => channelsAt(node, color));
  const at = (column, row) => {
    const [right, up] = [(column / (FIELD_CELLS - 1)) * (columns - 1), (row / (FIELD_CELLS - 1)) * (rows - 1)];
    const [i, j] = [Math.min(columns - 2, Math.floor(right)), Math.min(rows - 2, Math.floor(up))];
    const value = (di, dj) => z.values[(j + dj) * columns + i + di];
    const [u, v] = [right - i, up - j];
    return (1 - v) * ((1 - u) * value(0, 0) + u * value(1, 0)) + v * ((1 - u) * value(0, 1) + u * value(1, 1));
  };
  for (let row = 0; row < FIELD_CELLS; row += 1) {
    for (let column = 0; column < FIELD_CELLS; column += 1) {
      const here = at(column, row) - 0.5;
      if (!Number.isFinite(here)) continue; // a network that has diverged decides nothing here
      const crossed = [at(Math.max(0, column - 1), row), at(column, Math.max(0, row - 1))]
        .some((other) => Number.isFinite(other) && Math.sign(other - 0.5) !== Math.sign(here));
      const [red, green, blue] = crossed ? shades[2] : shades[here > 0 ? 1 : 0];
      const opacity = crossed ? 255 : Math.round(255 * Math.abs(here));
      picture.data.set([red, green, blue, opacity], 4 * ((FIELD_CELLS - 1 - row) * FIELD_CELLS + column));
    }
  }
  paint.putImageData(picture, 0, 0);
  return canvas;
}

/**
 * Draw a mark in its room: the scales, the places of the slider and the unit of length.
 * @param {Mark} mark @param {Room} room @returns {DrawnMark}
 */
export function drawMark(mark, room) {
  const drawer = /** @type {(mark: Mark, room: Room) => DrawnMark} */ (draw[mark.mark]);
  const { nodes, above, move, say } = drawer(mark, room);
  const colored = { "data-color": "color" in mark ? mark.color : "ink" };
  return { nodes: [drawn("g", colored, nodes)], above: above && drawn("g", colored, [above]), move, say };
}
