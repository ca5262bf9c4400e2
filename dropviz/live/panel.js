// A panel: its title, its axes, its marks and their names, drawn into a figure of the width that it has.

import { drawn, element } from "./dom.js";
import { drawMark } from "./marks.js";
import { scale, tenth, tickText, ticksOf } from "./scales.js";

const LEFT = 46; // pixels at a type of 12: beside, above and below the axes
const TOP = 5;
const BOTTOM = 34;
const BARE = 6; // below an axis without words
const TICKLESS = 15; // less below an axis without ticks: its title moves up
const SHORT = 4; // letters of a tick beside the axis that there is room for; each more takes room
const LETTER = 6; // pixels of a letter of a tick at most, at a type of 12
const NARROW = 720; // a page narrower than that has one panel a row
const LINE_HEIGHT = 15; // of a label in lines
/** Pixels of the type that the lengths of a panel are meant for. */
export const TYPE = 12;

/**
 * Labels that do not lie on one another, as near to where they are as a panel so tall allows.
 * @param {Label[]} labels @param {number} tall
 */
export function apart(labels, tall) {
  const rising = labels.map((label, at) => ({ at, middle: label.y * tall, half: (LINE_HEIGHT * label.lines.length) / 2 }))
    .sort((one, other) => one.middle - other.middle);
  let end = -Infinity;
  for (const one of rising) { one.middle = Math.max(one.middle, end + one.half); end = one.middle + one.half; }
  end = Math.max(tall, LINE_HEIGHT * labels.length);
  for (const one of rising.reverse()) { one.middle = Math.min(one.middle, end - one.half); end = one.middle - one.half; }
  const placed = [...labels];
  for (const { at, middle } of rising) placed[at] = { ...labels[at], y: middle / tall };
  return placed;
}

/** The nodes of a panel, empty. @returns {PanelNodes} */
export function panelNodes() {
  const caption = element("figcaption", { class: "dv-title" });
  const svg = drawn("svg", { class: "dv-svg", "aria-hidden": "true" });
  const here = drawn("svg", { class: "dv-here", "aria-hidden": "true" });
  const grip = element("div", { class: "dv-grip" });
  const box = element("div", { class: "dv-box" }, [svg, here, grip]);
  const figure = element("figure", { class: "dv-panel" }, [caption, box]);
  return { figure, caption, svg, here, grip, box };
}

// As many ticks across as their words leave room for.
function acrossTicks({ x }, toX, unit) {
  const [left, right] = toX.ends;
  const tried = [56, 72, 110].map((apart) => ticksOf(x, (right - left) / (apart * unit)));
  const fits = (ticks) => ticks.every((tick, at) => {
    const letters = tickText(tick).length + x.unit.length;
    return at === 0 || toX(tick) - toX(ticks[at - 1]) >= (letters * LETTER + 8) * unit;
  });
  return tried.find(fits) ?? tried.at(-1);
}

const raised = ({ x }) => (x.ticks?.length === 0 ? TICKLESS : 0);
const upTicks = ({ y, height }) => ticksOf(y, height / 44);

/** Whether a panel is a drawing: its axes measure nothing. @param {Panel} panel */
export const isDrawing = ({ x, y }) => !x.title && !y.title;

// The width and height between the axes, and where they begin.
function frameOf(panel, width, unit) {
  const longest = Math.max(...upTicks(panel).map((tick) => (tickText(tick) + panel.y.unit).length), SHORT);
  const measured = isDrawing(panel) ? 0 : 1;
  const below = measured * (panel.x.title ? BOTTOM - raised(panel) : BARE);
  const left = measured * (LEFT + (longest - SHORT) * LETTER) * unit;
  let inner = Math.max(40, width - left - panel.right * unit);
  const tall = panel.height * unit;
  if (panel.equal) inner = Math.min(inner, (tall * (panel.x.high - panel.x.low)) / (panel.y.high - panel.y.low));
  return { left, right: left + inner, top: TOP * unit, bottom: TOP * unit + tall, height: tall + (TOP + below) * unit };
}

function axes(panel, { toX, toY, unit }, { left, right, top, bottom }, width) {
  const { x, y } = panel;
  const words = (text, attributes, className) => drawn("text", { class: className, ...attributes }, [text]);
  const across = acrossTicks(panel, toX, unit);
  const up = upTicks(panel);
  // A long one at the end of the axis stays inside the picture.
  const inside = (tick, text) => Math.min(toX(tick), width - (text.length * LETTER * unit) / 2);
  const middle = tenth((top + bottom) / 2);
  const tilted = { x: 0, y: 0, transform: `translate(${tenth(11 * unit)},${middle}) rotate(-90)` };
  return [
    drawn("path", { class: "dv-grid", d: up.map((tick) => `M${tenth(left)},${tenth(toY(tick))}H${tenth(right)}`).join("") }),
    ...across.map((tick) => [tick, tickText(tick) + x.unit]).map(([tick, text]) =>
      words(text, { x: tenth(inside(tick, text)), y: tenth(bottom + 14 * unit) }, "dv-tick")),
    ...up.map((tick) =>
      words(tickText(tick) + y.unit, { x: tenth(left - 5 * unit), y: tenth(toY(tick) + 4 * unit) }, "dv-tick dv-y")),
    words(x.title, { x: tenth((left + right) / 2), y: tenth(bottom + (29 - raised(panel)) * unit) }, "dv-axis"),
    words(y.title, tilted, "dv-axis"),
  ];
}

function labelNodes(label, { left, right, top, bottom }, unit) {
  const toX = (share) => left + share * (right - left);
  const toY = (share) => bottom - share * (bottom - top);
  const [x, y] = [toX(label.x) + label.aside * unit, toY(label.y)];
  const first = y - ((label.lines.length - 1) / 2) * LINE_HEIGHT * unit + 0.35 * TYPE * unit;
  const lines = label.lines.map((text, at) => drawn("tspan", { x: tenth(x), y: tenth(first + at * LINE_HEIGHT * unit) }, [text]));
  const text = drawn("text", { class: "dv-name", "text-anchor": label.anchor }, lines);
  /** @type {SVGElement[]} */
  const nodes = [text];
  if (label.tip) {
    const [tipX, tipY] = [toX(label.tip[0]), toY(label.tip[1])];
    nodes.unshift(drawn("path", { class: "dv-leader", d: `M${tenth(x - 2 * unit)},${tenth(y)}L${tenth(tipX)},${tenth(tipY)}` }));
  }
  return drawn("g", { "data-color": label.color }, nodes);
}

let clips = 0; // clip paths need names that are unique in the page

/**
 * Draw a panel into its nodes.
 * @param {PanelNodes} nodes @param {Panel} panel @param {number[]} places of the slider
 * @param {number} page its width, in units @param {number} unit pixels
 * @returns {Drawn}
 */
export function drawPanel({ caption, svg, here, grip, width }, panel, places, page, unit) {
  const frame = frameOf(panel, width, unit);
  const toX = scale(panel.x, frame.left, frame.right);
  const toY = scale(panel.y, frame.bottom, frame.top);
  const room = { places, toX, toY, unit, node: svg, beyond: { up: 0, down: 0 }, said: { start: 0, end: 0 } };
  const marks = panel.marks.map((mark) => drawMark(mark, room));
  clips += 1;
  const id = `dv-clip-${clips}`;
  const inside = { x: frame.left, y: frame.top - unit, width: frame.right - frame.left, height: frame.bottom - frame.top + 2 * unit };
  const cursor = drawn("path", { class: "dv-cursor", d: `M0.5,${tenth(frame.top)}V${tenth(frame.bottom)}` });
  const labels = panel.labels[page < NARROW ? "narrow" : "wide"];
  caption.textContent = panel.title;
  svg.setAttribute("viewBox", `0 0 ${width} ${tenth(frame.height)}`);
  svg.style.height = `${tenth(frame.height)}px`;
  svg.replaceChildren(
    drawn("clipPath", { id }, [drawn("rect", inside)]),
    ...axes(panel, { toX, toY, unit }, frame, width),
    drawn("g", { class: "dv-marks" }, [
      drawn("g", { "clip-path": `url(#${id})` }, marks.flatMap(({ nodes }) => nodes)),
      ...labels.map((label) => labelNodes(label, frame, unit)),
    ]),
  );
  // What moves with the slider from side to side has a layer of its own: the browser need not paint the panel again.
  here.replaceChildren(...(panel.over ? [drawn("g", { class: "dv-marks" }, [cursor, ...marks.flatMap(({ above }) => above ?? [])])] : []));
  const { left, right, top, bottom } = frame;
  const held = { left, top, width: right - left, height: bottom - top };
  for (const [side, length] of Object.entries(held)) grip.style[side] = `${tenth(length)}px`;
  const move = (index) => {
    room.beyond = { up: 0, down: 0 };
    room.said = { start: 0, end: 0 };
    for (const mark of marks) mark.move(index);
    if (panel.over) here.style.transform = `translateX(${Math.floor(toX(places[index]))}px)`; // whole pixels: sharp
  };
  return { toX, toY, move, say: (x, index) => (isDrawing(panel) ? [] : marks.flatMap((mark) => mark.say(x, index))) };
}
