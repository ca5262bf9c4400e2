// What stands around the picture: the slider's label and readout, texts and links, and the rows of neurons.

import { drawBars } from "./bars.js";
import { element, putText } from "./dom.js";
import { sharedParts } from "./picture.js";
import { drawUnits } from "./units.js";
import { bare, showBlocks, telling } from "./words.js";

/** Build what every live figure consists of. @param {HTMLElement} root @returns {Parts} */
export function skeleton(root) {
  const id = `dv-range-${Math.random().toString(36).slice(2)}`;
  const play = element("button", { type: "button", class: "dv-play", "aria-label": "Play: sweep the slider" });
  const range = element("input", { type: "range", class: "dv-range", min: 0, step: 1, id });
  const label = element("label", { class: "dv-label", for: id });
  const value = element("output", { class: "dv-value", "aria-live": "off", for: id }); // or every step is read out
  const keep = element("span", { class: "dv-keep" });
  const bar = element("div", { class: "dv-bar" }, [play, label, value, range, keep]);
  const { tip, menu, status } = sharedParts();
  const picture = element("div", { class: "dv-picture", role: "group" });
  const named = { role: "region", tabindex: 0, "aria-label": "data of the figure" };
  const tables = element("div", { class: "dv-tables", ...named });
  const data = element("details", { class: "dv-data" }, [element("summary", {}, ["The data as a table"]), tables]);
  const lead = element("div", { class: "dv-lead" });
  const head = element("div", { class: "dv-head" });
  const foot = element("div", { class: "dv-foot" });
  root.replaceChildren(lead, bar, head, picture, foot, data, status, tip, menu);
  return { play, range, label, value, keep, picture, tip, menu, tables, data, lead, head, foot, status };
}

const ROOMY = ["p", "pre", ".dv-cells > span"];
const longest = (texts) => texts.reduce((most, text) => (text.length > most.length ? text : most), "");

/**
 * Give paragraphs and cells whose words change the room of their longest, or what stands below would move with the slider.
 * Another draw of the same picture needs no more where its longest are as long: digits are equally wide.
 * @param {Live} live @param {boolean} anotherDraw
 */
export function keepRoom(live, anotherDraw) {
  const { root, payload, whole } = live;
  const all = [payload, ...Object.values(whole.variants)];
  /** @type {Record<string, string>} */
  const texts = {};
  for (const { texts: some } of all) for (const [name, values] of Object.entries(some)) texts[name] = longest([texts[name] ?? "", ...values.map(bare)]);
  const words = JSON.stringify([live.width, texts]).replace(/\d/g, "0");
  if (anotherDraw && words === live.fitted) return;
  live.fitted = words;
  /** @type {NodeListOf<HTMLElement>} */
  const named = root.querySelectorAll(ROOMY.flatMap((each) => [`${each}[data-text]`, `${each} [data-text]`]).join(", "));
  for (const node of named) if (texts[node.dataset.text]) node.textContent = texts[node.dataset.text];
  const blocks = [...new Set(Array.from(named, (node) => /** @type {HTMLElement} */ (node.closest(ROOMY.join(", ")))))];
  for (const block of blocks) block.style.minHeight = "";
  const heights = blocks.map((block) => block.getBoundingClientRect().height);
  blocks.forEach((block, at) => { block.style.minHeight = `${heights[at]}px`; });
}

/** Fill the blocks with what a payload says; returns what moves them to a place of the slider. @param {Live} live */
export function fillBlocks(live) {
  const { root, parts, payload } = live;
  const { rates, label, readouts } = payload;
  parts.range.max = String(rates.length - 1);
  parts.label.textContent = label;
  // The widest value keeps its room, so that the slider does not move under the pointer.
  parts.value.style.minWidth = readouts ? `${Math.max(0, ...readouts.map(([value]) => value.length))}ch` : "";
  for (const place of ["lead", "head", "foot"]) if (showBlocks(parts[place], payload[place])) live.fitted = "";
  parts.picture.setAttribute("aria-label", payload.alt);
  /** @type {NodeListOf<HTMLElement>} */
  const named = root.querySelectorAll("[data-text]");
  const texts = [...named].flatMap((node) => {
    const values = payload.texts[node.dataset.text];
    if (!values) return [];
    const tell = telling(node, payload.terms);
    return [(index) => tell(values[index])];
  });
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = root.querySelectorAll("a[data-takes-rate]"); // to other pages, which shall open at this rate
  /** @type {(name: string) => NodeListOf<SVGSVGElement>} */
  const neurons = (name) => root.querySelectorAll(`svg[data-units="${name}"]`);
  const units = payload.unitRows.flatMap((row) => Array.from(neurons(row.name), (svg) => drawUnits(svg, row, live)));
  /** @type {NodeListOf<HTMLInputElement>} */
  const choosers = root.querySelectorAll("input[type=radio]");
  for (const one of choosers) Object.assign(one, { name: parts.range.id, checked: one.value === payload.chosen });
  /** @type {NodeListOf<HTMLElement>} */
  const bars = root.querySelectorAll(".dv-bars");
  const drawnBy = payload.unitRows.find(({ name }) => name === payload.chosen);
  for (const node of bars) units.push(drawBars(node, drawnBy, live));
  return (index) => {
    const rate = rates[index];
    const [value, note] = readouts?.[index] ?? [rate.toFixed(2), `keep ${(1 - rate).toFixed(2)}`];
    putText(parts.value, value);
    putText(parts.keep, note);
    parts.range.setAttribute("aria-valuetext", `${label} ${value}${readouts ? `, ${note}` : ""}`);
    for (const move of texts) move(index);
    for (const link of links) link.search = `?rate=${rate}`;
    for (const update of units) update(index);
  };
}
