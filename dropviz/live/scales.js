// Where a value stands: axes, pixels and paths, and nothing of the page.

const NARROW = 720; // pixels

/** The name of an axis in a layout: "y3" is "yaxis3". */
export const axisName = (reference) => `${reference[0]}axis${reference.slice(1)}`;

/** The layout for a container of this width. */
export const layoutFor = (payload, width) => {
  const { layout } = payload.figure;
  const narrow = Object.entries(width < NARROW ? payload.narrow : {});
  const parts = narrow.map(([name, part]) => [name, name.includes("axis") ? { ...layout[name], ...part } : part]);
  return { ...layout, ...Object.fromEntries(parts), width };
};

/** A function from a value to its pixel, by the domain and the range that the layout fixes; `ends` are the axis's. */
export function scale(layout, reference) {
  const axis = layout[axisName(reference)];
  const across = reference[0] === "x";
  const { l, r, t, b } = layout.margin;
  const domain = axis.domain ?? layout[axisName(axis.overlaying)].domain;
  const length = across ? layout.width - l - r : layout.height - t - b;
  const [low, high] = axis.range;
  const from = across ? l + domain[0] * length : t + (1 - domain[0]) * length;
  const span = (domain[1] - domain[0]) * length * (across ? 1 : -1);
  const unit = axis.type === "log" ? Math.log10 : (value) => value;
  const pixel = (value) => from + ((unit(value) - low) / (high - low)) * span;
  pixel.ends = [from, from + span].sort((one, other) => one - other);
  return pixel;
}

/** The path of a curve: a gap where a value is missing, steps where `steps`. */
export function pathOf(xs, ys, toX, toY, steps = false) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < ys.length; i += 1) {
    const x = toX(xs[i]);
    const y = toY(ys[i]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = "M"; continue; }
    if (steps && pen === "L") path += `H${x.toFixed(1)}V${y.toFixed(1)}`;
    else path += `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** The index of the number nearest to `wanted`. */
export const nearest = (values, wanted) =>
  values.reduce((best, value, at) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? at : best), 0);
