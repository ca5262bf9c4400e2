// What can be done with a panel: save it as SVG or PNG, on white or dark, copy the address of the page, open it in Plotly.

import { channelsOf } from "./color.js";
import { button, drawn, element } from "./dom.js";
import { openInPlotly } from "./plotly.js";

const PNG_SCALE = 2;
const TITLE_ROOM = 24; // pixels above the axes at a type of 12
const NAME_LETTER = 7.1; // pixels of a letter of a name at most, and of the title: a file has the fonts of its reader
const TITLE_LETTER = 8.4;
const GROUNDS = {
  white: { "color-scheme": "light", "--dv-text": "#101316", "--dv-back": "#ffffff" },
  dark: { "color-scheme": "dark", "--dv-text": "#e8e6e1", "--dv-back": "#15171a" },
};
const LOOK = [
  "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin",
  "paint-order", "font-family", "font-size", "font-weight", "text-anchor", "visibility",
];

/**
 * The name of a file: the panel and the place of the slider.
 * @param {string} title @param {string} label @param {string} rate @param {string} format
 */
export const fileName = (title, label, rate, format) => {
  const words = `${title} ${label} ${rate}`.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return `${words.replace(/(?:[^a-z0-9.]|\.(?!\d))+/g, "-").replace(/^-|-$/g, "") || "panel"}.${format}`;
};

// What the style sheet makes of a node, in words of its own that all programs know.
function ownLook(node) {
  const look = getComputedStyle(node);
  for (const name of LOOK) node.style.setProperty(name, look.getPropertyValue(name));
  for (const name of ["fill", "stroke"]) {
    const paint = look.getPropertyValue(name);
    if (paint === "none") { node.style.setProperty(name, paint); continue; }
    const [red, green, blue, opacity] = channelsOf(paint);
    node.style.setProperty(name, `rgb(${red}, ${green}, ${blue})`);
    node.style.setProperty(`${name}-opacity`, String(opacity * Number(look.getPropertyValue(`${name}-opacity`))));
  }
  node.removeAttribute("class");
}

// The width of a panel with its names and its title, whatever the font.
function roomOf(svg, caption, unit) {
  const lines = [...svg.querySelectorAll(".dv-name[text-anchor=start] tspan")];
  const ends = lines.map((line) => Number(line.getAttribute("x")) + line.textContent.length * NAME_LETTER * unit);
  return Math.max(svg.viewBox.baseVal.width, caption.textContent.length * TITLE_LETTER * unit, ...ends);
}

// A panel as an SVG that needs no style sheet, on a ground.
function standing({ svg, here, caption }, ground) {
  const height = Math.ceil(svg.viewBox.baseVal.height); // whole pixels, or a row would be half the ground
  const size = parseFloat(getComputedStyle(caption).fontSize);
  const width = Math.ceil(roomOf(svg, caption, size / 13));
  const room = Math.ceil((TITLE_ROOM * size) / 13);
  const copy = svg.cloneNode(true);
  const place = `translate(${new DOMMatrixReadOnly(here.style.transform).e})`;
  copy.append(drawn("g", { transform: place }, [...here.cloneNode(true).childNodes]));
  const stage = element("div", { class: "dv dv-stage" }, [copy]);
  for (const [name, value] of Object.entries(GROUNDS[ground])) stage.style.setProperty(name, value);
  svg.closest(".dv").append(stage);
  copy.prepend(drawn("text", { class: "dv-caption", x: 0, y: -room + size, "font-size": size }, [caption.textContent]));
  copy.querySelectorAll("*").forEach(ownLook);
  const back = { x: 0, y: -room, width, height: height + room, fill: GROUNDS[ground]["--dv-back"] };
  copy.prepend(drawn("title", {}, [caption.textContent]), drawn("rect", back));
  stage.remove();
  for (const name of ["class", "style", "aria-hidden"]) copy.removeAttribute(name);
  copy.setAttribute("viewBox", `0 ${-room} ${width} ${height + room}`);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height + room);
  return { text: new XMLSerializer().serializeToString(copy), width, height: height + room };
}

function download(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function pngOf({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = element("canvas", { width: Math.round(PNG_SCALE * width), height: Math.round(PNG_SCALE * height) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function save(live, nodes, format, ground) {
  const { label, rates, readouts } = live.payload;
  const drawing = standing(nodes, ground);
  const blob = format === "svg" ? new Blob([drawing.text], { type: "image/svg+xml" }) : await pngOf(drawing);
  const value = rates.length ? (readouts?.[live.index][0] ?? rates[live.index].toFixed(2)) : "";
  download(blob, fileName(nodes.caption.textContent, label, value, format));
}

// It fails, too, where a page without encryption has no clipboard.
const copyLink = async () => navigator.clipboard.writeText(location.href);

function openMenu(live, nodes, opener) {
  const { menu, status } = live.parts;
  const { panel } = nodes.grip.held;
  const item = (text, act) => button("dv-item", text, () => { menu.hidePopover(); act(); });
  const said = (text) => { status.textContent = text; };
  menu.replaceChildren(
    ...["svg", "png"].flatMap((format) => Object.keys(GROUNDS).map((ground) =>
      item(`Save as ${format.toUpperCase()}, ${ground} ground`, () => save(live, nodes, format, ground)))),
    item("Copy the link to this picture", () =>
      copyLink().then(() => said("Link copied."), () => said("The browser does not let the page copy."))),
    ...(live.plotly ? [item("Open in Plotly", () => openInPlotly(live, panel))] : []),
  );
  menu.showPopover();
  const { right, bottom } = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, right - width)}px`;
  menu.style.top = `${bottom + height > innerHeight ? Math.max(4, innerHeight - height - 4) : bottom}px`;
  menu.firstElementChild.focus();
}

/**
 * Give a panel its button, which opens the menu; called at every drawing of it.
 * @param {PanelNodes} nodes @param {Panel} panel @param {Surroundings} live
 */
export function offerMenu(nodes, panel, live) {
  nodes.opener ??= nodes.figure.insertBefore(button("dv-opener", "⋯", () => openMenu(live, nodes, nodes.opener)), nodes.box);
  nodes.opener.setAttribute("aria-label", `Save or open: ${panel.title}`);
}
