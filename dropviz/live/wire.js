// What arrives from Python: bytes and base64, back into numbers.

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
export const bytesOf = (base64) =>
  Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/**
 * Give the numbers in a record, and in what it holds, their values: float32, in `values`.
 * @param {any} part @returns {any}
 */
export function revive(part) {
  if (!part || typeof part !== "object") return part;
  if ("points" in part && "data" in part) part.values ??= new Float32Array(bytesOf(part.data).buffer);
  else for (const inner of Object.values(part)) revive(inner);
  return part;
}

/**
 * The row of numbers at a place of the slider; one row is the same at every place.
 * @param {Numbers | null} numbers @param {number} index
 */
export const rowOf = (numbers, index) => {
  if (!numbers) return null;
  const { values, points } = numbers;
  return values.length === points ? values : values.subarray(index * points, (index + 1) * points);
};

/**
 * The number at a place of the slider, where there is one a place, or one for all.
 * @param {Numbers} numbers @param {number} index
 */
export const numberAt = ({ values, points }, index) => values[Math.min(index, points - 1)];

/** JSON that was compressed. @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<any>} */
export const unzipped = (bytes) => {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter(); // a Blob would cross to the browser's process and back
  for (const done of [writer.write(bytes), writer.close()]) done.catch(() => {}); // who reads hears of it
  return new Response(readable).json();
};

/**
 * A line of JSON that is new on every rerun, and a function that reads the rest: the figure's JSON, compressed.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export const unpack = (bytes) => {
  const end = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  return [head, () => unzipped(bytes.subarray(end + 1))];
};
