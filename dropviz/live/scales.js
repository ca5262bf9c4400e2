// Where a value stands, and how a number is written: axes, pixels, paths and ticks, and nothing of the page.

const ROUND = [1, 2, 5, 10];
const LOG_STEPS = [[1, 2, 5], [1, 3], [1]]; // of each decade, by how many are to be seen
const DECIMAL = new Intl.NumberFormat("en", { maximumFractionDigits: 7 });
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A function from a value of an axis to its pixel, between the pixels `from` (its low end) and `to`.
 * @param {Axis} axis @param {number} from @param {number} to @returns {Scale}
 */
export function scale({ low, high, log }, from, to) {
  const unit = log ? Math.log10 : (value) => value;
  const back = log ? (value) => 10 ** value : (value) => value;
  const [first, last] = [unit(low), unit(high)];
  const span = last - first || 1; // where there is only one value, it stands at the beginning
  const pixel = (value) => from + ((unit(value) - first) / span) * (to - from);
  const value = (place) => back(first + ((place - from) / (to - from)) * span);
  return Object.assign(pixel, { ends: /** @type {[number, number]} */ (from < to ? [from, to] : [to, from]), value });
}

/** A length in a picture, as its attributes have it. @param {number} pixels */
export const tenth = (pixels) => pixels.toFixed(1);

/** A share of a length, as a style has it. @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(2)}%`;

/**
 * The path of a curve: a gap where a value is missing, steps where `steps`.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys
 * @param {(value: number) => number} toX @param {(value: number) => number} toY
 */
export function pathOf(xs, ys, toX, toY, steps = false) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < ys.length; i += 1) {
    const x = toX(xs[i]);
    const y = toY(ys[i]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = "M"; continue; }
    if (steps && pen === "L") path += `H${tenth(x)}V${tenth(y)}`;
    else path += `${pen}${tenth(x)},${tenth(y)}`;
    pen = "L";
  }
  return path;
}

/** The index of the number nearest to `wanted`. @param {number[]} values @param {number} wanted */
export const nearest = (values, wanted) =>
  values.reduce((best, value, at) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? at : best), 0);

/** A number of a table or a tip: four digits, a dash where there is none. @param {number | null} value */
export const figures = (value) =>
  (Number.isFinite(value) ? String(Number(value.toPrecision(4))).replaceAll("-", "−") : "–");

/** A number as a person says it. @param {number} value */
export const rounded = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

/**
 * Whether a value has an error: what the rounding of its sum leaves is none.
 * @param {number} value @param {number} [error]
 */
export const hasError = (value, error) => error > Math.max(1e-15 * Math.abs(value), 1e-99) && error < Infinity;

/**
 * An axis's own ticks, or round numbers, at most about `most`; none where the axis has no length.
 * @param {Axis} axis @param {number} most @returns {number[]}
 */
export function ticksOf({ low, high, log, ticks }, most) {
  if (ticks) return ticks;
  if (!(low < high && high < Infinity) || (log && !(low > 0))) return [];
  return log ? decades(low, high, most) : even(low, high, most);
}

function even(low, high, most) {
  const least = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ROUND.find((factor) => factor * power >= least * (1 - 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function decades(low, high, most) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const inside = (values) => values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  for (const steps of LOG_STEPS) {
    const values = [];
    for (let power = first; power <= last; power += 1) values.push(...steps.map((step) => Number(`${step}e${power}`)));
    const seen = inside(values);
    if (seen.length <= most + 1 && seen.length > 1) return seen;
  }
  const every = Math.max(1, Math.ceil((last - first) / most));
  const powers = [];
  for (let power = first; power <= last; power += 1) if (power % every === 0) powers.push(Number(`1e${power}`));
  const seen = inside(powers);
  return seen.length > 1 ? seen : even(low, high, most).filter((value) => value > 0);
}

/** A tick in words: 0.25, 1,500, 10⁻⁵. @param {number} value */
export function tickText(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e-4 && size < 1e6) return DECIMAL.format(value).replace("-", "−");
  const [digits, power] = value.toExponential().split("e");
  const raised = (power.startsWith("-") ? "⁻" : "") + [...power.slice(1)].map((digit) => RAISED[Number(digit)]).join("");
  const before = digits.replace(/^(-?)1$/, "$1").replace("-", "−");
  return `${before}${/\d$/.test(before) ? "·" : ""}10${raised}`;
}
