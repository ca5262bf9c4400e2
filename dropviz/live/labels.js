// Titles and direct labels, which Plotly would measure one by one.

import { drawn, plainText } from "./dom.js";
import { axisName, scale } from "./scales.js";

const ANCHORS = { left: ["start", 2], center: ["middle", 0], right: ["end", -2] }; // text-anchor, pixels to the right
const LINES_DOWN = { bottom: -0.3, middle: 0.35, top: 1.0 }; // from the label's place to its baseline

// A place in Plotly's words, on the paper or in the units of an axis (log10 where that is logarithmic), in pixels.
const pixel = (layout, reference, value, onPaper) => {
  if (reference === "paper") return onPaper(value);
  return scale(layout, reference)(layout[axisName(reference)].type === "log" ? 10 ** value : value);
};

/** Draw a note of Plotly's: a text, and a thin line that leads from it to its curve. */
export function drawLabel(note, layout) {
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
  const group = drawn("g", { class: "annotation" });
  if (note.showarrow) group.append(leader(note, x, y, toX(note.x), toY(note.y)));
  group.append(drawn("g", { class: "annotation-text-g" }, [text]));
  return group;
}

// The line begins at the label's edge, not in its middle.
function leader(note, x, y, tipX, tipY) {
  const edge = y + Math.sign(tipY - y) * 0.6 * note.font.size;
  const d = `M${x.toFixed(1)},${edge.toFixed(1)}L${tipX.toFixed(1)},${tipY.toFixed(1)}`;
  const path = drawn("path", { d, fill: "none" });
  path.style.stroke = note.arrowcolor;
  return drawn("g", { class: "annotation-arrow-g" }, [path]);
}
