// Plotly: where it is loaded from, and how its figures are saved.

/**
 * Load Plotly once, from the first of the addresses that has it; after a failure the next figure asks anew. Streamlit
 * may be served below a path: its own script tells where.
 */
export const loadPlotly = async (addresses) => {
  if (!window.dropvizPlotly) {
    const own = [...document.scripts].map((script) => script.src).find((src) => src.includes("/static/js/"));
    const base = own ? own.slice(0, own.indexOf("/static/js/") + 1) : `${location.origin}/`;
    const from = ([first, ...others]) => import(new URL(first, base).href).then(() => window.Plotly)
      .catch((problem) => (others.length ? from(others) : Promise.reject(problem)));
    window.dropvizPlotly = from(addresses);
    window.dropvizPlotly.catch(() => { window.dropvizPlotly = undefined; });
  }
  return window.dropvizPlotly;
};

// A saved figure has no style sheet: colours that are faint on white are exchanged, in lines and in names of lines.
const ON_WHITE = { "#E69F00": "#C38500" };
const NAMES_ON_WHITE = { "#E69F00": "#8A5A00", "#D55E00": "#B34F00", "#CC79A7": "#A3487A", "#009E73": "#007353" };
const recolored = (part, shades) => JSON.parse(JSON.stringify(part), (_, value) => shades[value] ?? value);

// Plotly's settings with a toolbar of two buttons, SVG and PNG at twice the size.
const toolbar = (Plotly, saved) => {
  const save = (format, factor) => ({
    name: `save-${format}`,
    title: `Save the figure as ${format.toUpperCase()}`,
    icon: Plotly.Icons.camera,
    click: () => {
      const { data, layout, size } = saved();
      const onWhite = { paper_bgcolor: "#ffffff", font: { ...layout.font, color: "#1f2933" } };
      const figure = { data: recolored(data, ON_WHITE), layout: { ...recolored(layout, NAMES_ON_WHITE), ...onWhite } };
      Plotly.downloadImage(figure, { format, scale: factor, filename: "dropviz", ...size });
    },
  });
  return {
    displaylogo: false, modeBarButtons: [[save("svg", 1), save("png", 2)]], scrollZoom: false, doubleClick: false,
  };
};

/** Let Plotly draw into `node`, for eyes only; `saved` gives the data, layout and size of what its buttons save. */
export async function drawStill(Plotly, node, { data, layout }, saved, settings = {}) {
  await Plotly.react(node, data, layout, { ...toolbar(Plotly, saved), ...settings });
  for (const svg of node.querySelectorAll(".main-svg")) svg.setAttribute("aria-hidden", "true");
}
