// What arrives from Python: bytes and base64, back into numbers.

const bytesOf = (base64) =>
  Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** The numbers of an array, be it one already or base64 as Plotly reads it, of double precision. */
export const numbers = (values) =>
  values?.bdata ? Array.from(new Float64Array(bytesOf(values.bdata).buffer)) : values;

/** A matrix of Python as a function from the slider's place to a row; one row is the same at every place. */
export const rowsOf = (matrix) => {
  if (!matrix) return null;
  const values = new Float32Array(bytesOf(matrix.data).buffer);
  if (values.length === matrix.points) return () => values;
  return (index) => values.subarray(index * matrix.points, (index + 1) * matrix.points);
};

/** The tracks of a payload: which trace, and its x (null where it stands still) and y at every place of the slider. */
export const tracksOf = (payload) =>
  payload.tracks.map(({ trace, x, y }) => {
    const ours = payload.figure.data[trace]; // drawn by us, who read no base64
    ours.x = numbers(ours.x);
    if (ours.error_y) ours.error_y.array = numbers(ours.error_y.array);
    return { trace, x: rowsOf(x), y: rowsOf(y) };
  });

/** Every trace of the figure as it is at one place of the slider. */
export const tracesAt = ({ payload, tracks, index }) => {
  const moved = new Map(tracks.map((track) => [track.trace, track]));
  return payload.figure.data.map((trace, at) => {
    const track = moved.get(at);
    const x = track?.x ? Array.from(track.x(index)) : numbers(trace.x);
    return { ...trace, x, y: track ? Array.from(track.y(index)) : numbers(trace.y) };
  });
};

/** A line of JSON that is new on every rerun, and a function that reads the rest: the figure's JSON. */
export const unpack = (bytes) => {
  const end = bytes.indexOf(10);
  const text = (from, to) => JSON.parse(new TextDecoder().decode(bytes.subarray(from, to)));
  return [text(0, end), () => text(end + 1)];
};
