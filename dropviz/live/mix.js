// Between two panels: a changed setting moves the picture from where it was.

const between = (one, other, share) => one + (other - one) * share;

/**
 * An axis on its way to another, in decades where both are logarithmic.
 * @param {Axis} one @param {Axis} other @param {number} share
 */
export function mixedAxis(one, other, share) {
  if (one.log !== other.log) return other;
  const [there, back] = other.log ? [Math.log10, (value) => 10 ** value] : [Number, Number];
  const end = (name) => back(between(there(one[name]), there(other[name]), share));
  return { ...other, low: end("low"), high: end("high") };
}

// Numbers of the same shape go from one to the other; where one has none, they are there at once.
function mixedNumbers(one, other, share) {
  if (!one?.values || one.values.length !== other.values.length) return other;
  const values = other.values.map((value, at) =>
    (Number.isFinite(one.values[at]) && Number.isFinite(value) ? between(one.values[at], value, share) : value));
  return { ...other, values };
}

const mixed = (one, other, share) => Object.fromEntries(Object.entries(other).map(([name, part]) => {
  if (part?.values) return [name, mixedNumbers(one?.[name], part, share)];
  return [name, name === "estimate" ? mixed(one?.[name], part, share) : part];
}));

/**
 * Whether the one panel can turn into the other: the same marks, called the same.
 * @param {Panel} one @param {Panel} other
 */
export const isAlike = (one, other) =>
  one.marks.length === other.marks.length && one.height === other.height
  && one.marks.every(({ mark, name }, at) => mark === other.marks[at].mark && name === other.marks[at].name);

/**
 * A panel on its way to another; at a `share` of 1 it is there.
 * @param {Panel} one @param {Panel} other @param {number} share @returns {Panel}
 */
export const mixedPanel = (one, other, share) => ({
  ...other,
  x: mixedAxis(one.x, other.x, share),
  y: mixedAxis(one.y, other.y, share),
  marks: other.marks.map((mark, at) => mixed(one.marks[at], mark, share)),
});
