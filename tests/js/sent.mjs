// Records as Python sends them.

/** An array: `points` numbers a row. */
export const matrix = (points, values) =>
  ({ points, data: Buffer.from(Float32Array.from(values).buffer).toString("base64") });

export const numbers = (...values) => matrix(values.length, values);

const AXIS = { title: "", low: 0, high: 1, log: false, unit: "", ticks: null };

export const panel = (marks, more = {}) => ({
  title: "title", x: AXIS, y: AXIS, marks, height: 100, labels: { wide: [], narrow: [] }, over: false, above: [],
  right: 10, equal: false, knots: null, ...more,
});

export const line = (estimate, more = {}) => ({
  mark: "Line", name: "a", color: "standard", dashed: false, width: 2, kind: "exact", inside: false, turn: 0, follows: "",
  estimate: { exact: null, simulated: null, error: null, ...estimate }, ...more,
});

export const path = (x, y, more = {}) => ({
  mark: "Path", name: "p", color: "other", x, y, dash: "solid", width: 2, stepped: false, filled: false, dots: 0,
  spread: null, ...more,
});

export const stem = (at, share) => ({ mark: "Stem", name: "s", color: "none", at, share, dashed: false });
