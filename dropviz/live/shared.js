// What both kinds of figure need in the browser, those that follow a slider and those that grow.

const element = (tag, attributes = {}, children = []) => {
  const node = typeof tag === "string" ? document.createElement(tag) : tag;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const axisName = (reference) => `${reference[0]}axis${reference.slice(1)}`;

const bytesOf = (base64) => Uint8Array.fromBase64?.(base64) ?? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

// Base64 arrays, as Plotly's own JSON writes them, back into numbers: we read the x of the traces that we draw.
const NUMBER_TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i2: Int16Array, i1: Int8Array, u1: Uint8Array };
const numbers = (values) => {
  if (!values?.bdata) return values;
  const bytes = bytesOf(values.bdata);
  return Array.from(new NUMBER_TYPES[values.dtype](bytes.buffer));
};

// Streamlit may be served below a path: its own script tells where.
const loadPlotly = async (path) => {
  if (!window.dropvizPlotly) {
    const own = [...document.scripts].map((script) => script.src).find((src) => src.includes("/static/js/"));
    const base = own ? own.slice(0, own.indexOf("/static/js/") + 1) : `${location.origin}/`;
    window.dropvizPlotly = import(new URL(path, base).href).then(() => window.Plotly);
  }
  return window.dropvizPlotly;
};

// A saved figure has no style sheet: colours that are faint on white are exchanged, in lines and in names of lines.
const ON_WHITE = { "#E69F00": "#C38500" };
const NAMES_ON_WHITE = { "#E69F00": "#8A5A00", "#D55E00": "#B34F00", "#CC79A7": "#A3487A", "#009E73": "#007353" };
const recolored = (part, shades) => JSON.parse(JSON.stringify(part), (_, value) => shades[value] ?? value);

// Plotly's settings with a toolbar of two buttons, SVG and PNG at twice the size; `figureNow` gives data, layout and
// size of what is saved.
const toolbar = (Plotly, figureNow) => {
  const save = (format, factor) => ({
    name: `save-${format}`,
    title: `Save the figure as ${format.toUpperCase()}`,
    icon: Plotly.Icons.camera,
    click: () => {
      const { data, layout, size } = figureNow();
      const onWhite = { paper_bgcolor: "#ffffff", font: { ...layout.font, color: "#1f2933" } };
      const figure = { data: recolored(data, ON_WHITE), layout: { ...recolored(layout, NAMES_ON_WHITE), ...onWhite } };
      Plotly.downloadImage(figure, { format, scale: factor, filename: "dropviz", ...size });
    },
  });
  return { displaylogo: false, modeBarButtons: [[save("svg", 1), save("png", 2)]], scrollZoom: false, doubleClick: false };
};
