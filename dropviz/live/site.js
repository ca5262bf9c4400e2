// A page of the plain folder: what is chosen stands in its form and its address, and each option's figures in a script
// that calls `dropviz`. A page on a disk may load scripts, and nothing else.

import { element } from "./dom.js";
import { mount } from "./figure.js";
import { mountStory } from "./scenes.js";
import { bytesOf, unzipped } from "./wire.js";

/** @typedef {Record<string, string | number>} Values */

// ---- the address ----------------------------------------------------------------------------------------------------

/** @type {(setting: SiteSetting, text: string) => boolean} */
const fits = ({ options, low, high }, text) =>
  (options ? options.includes(text) : text.trim() !== "" && Number(text) >= low && Number(text) <= high);

/**
 * What an address says, or else what is at first; and a sentence for all that had to be refused.
 * @param {SitePage} page @param {URLSearchParams} asked @returns {[Values, string[]]}
 */
export function readAddress({ settings, aside }, asked) {
  /** @type {Values} */
  const values = {};
  const refused = [];
  for (const [key, setting] of Object.entries(settings)) {
    const text = asked.get(key);
    const taken = text !== null && fits(setting, text);
    values[key] = taken ? (setting.options ? text : Number(text)) : setting.first;
    if (text !== null && !taken) refused.push(setting.refused);
  }
  const unknown = [...new Set(asked.keys())].filter((key) => !Object.hasOwn(settings, key) && asked.get(key) !== aside[key]).sort();
  if (unknown.length) refused.push(`The address has settings that this page does not know: ${unknown.join(", ")}.`);
  return [values, refused];
}

/**
 * The query of an address: every value that is not as at first, and what stands beside it.
 * @param {SitePage} page @param {Values} values
 */
export function query({ settings, aside }, values) {
  const changed = Object.keys(settings).filter((key) => values[key] !== settings[key].first);
  const told = changed.map((key) => [key, String(values[key])]);
  return told.length ? `?${new URLSearchParams([...told, ...Object.entries(aside)])}` : "";
}

// ---- what is drawn --------------------------------------------------------------------------------------------------

// Texts of the same words: these, the places where they stand, and a column for each number between them.
const textsOf = (cut, columns) => {
  const texts = [];
  for (const [words, places, ...numbers] of cut) {
    columns[places].forEach((place, row) => {
      texts[place] = words.map((word, at) => (at ? columns[numbers[at - 1]][row] : "") + word).join("");
    });
  }
  return texts;
};

/** @type {(record: object, make: (part: any, name: string) => any) => any} */
const mapped = (record, make) => Object.fromEntries(Object.entries(record).map(([name, part]) => [name, make(part, name)]));

/**
 * A figure as it was before it was packed (`packing.py`).
 * @param {PackedFigures} packed @param {string} name @returns {Payload}
 */
export function figureOf({ parts, columns, figures }, name) {
  return mapped(figures[name], (shape, field) => {
    if (typeof shape === "number") return parts[shape];
    if (Array.isArray(shape)) return shape.map((part) => parts[part]);
    return mapped(shape, (part) => (field === "texts" ? textsOf(parts[part], columns) : parts[part]));
  });
}

/** @type {Map<string, Promise<any>>} by file, what it holds */
const held = new Map();
const heard = new Map(); // by name, who waits for what a script hands over

// What a file holds; one that did not come is asked for again the next time.
function fileOf(file) {
  if (!held.has(file)) {
    held.set(file, new Promise((resolve, reject) => {
      heard.set(file.replace(/^.*\/|\.js$/g, ""), resolve);
      const script = element("script", { src: file });
      script.addEventListener("error", () => { held.delete(file); script.remove(); reject(new Error(file)); });
      document.head.append(script);
    }).then((base64) => unzipped(bytesOf(base64))));
  }
  return held.get(file);
}

// ---- the page -------------------------------------------------------------------------------------------------------

/** Show the page in which the script stands. */
export function openPage() {
  /** @type {SitePage} */
  const page = JSON.parse(document.getElementById("page").textContent);
  const [values, refused] = readAddress(page, new URLSearchParams(location.search));
  document.querySelector(".site-refused").append(...refused.map((sentence) => element("p", {}, [sentence])));
  window.dropviz = (name, base64) => heard.get(name)?.(base64);
  const keep = (changed) => {
    Object.assign(values, changed);
    try { history.replaceState(history.state, "", location.pathname + query(page, values)); } catch { /* from a disk, in some browsers */ }
    turnLinks(page, values);
  };
  turnLinks(page, values);
  const root = /** @type {HTMLElement} */ (document.querySelector("main > :is(.dv, .story)"));
  if (root.matches(".story")) openStory(page, root, values, keep);
  else openFigure(page, root, values, keep);
}

// Links to other pages, which shall open at this rate.
/** @param {SitePage} page @param {Values} values */
function turnLinks({ settings }, { rate }) {
  if (rate === undefined) return;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(":is(.site-nav, .site-end) [data-takes-rate]");
  for (const link of links) link.search = rate === settings.rate.first ? "" : `?rate=${rate}`;
}

// What did not come is said in the place of the picture, by a node that nothing listens to; it is given back.
function failedIn(root) {
  const node = element("div", { class: root.classList[0] }, [
    element("p", {}, ["A file of this page could not be loaded. Load the page again."]),
  ]);
  root.replaceWith(node);
  return node;
}

// A live figure, and the form that asks for others.
function openFigure(page, root, values, keep) {
  const form = /** @type {HTMLFormElement} */ (document.querySelector(".site-choices"));
  const [first, second] = page.choices;
  /** @type {Mounted} */
  let live = null;
  let place = root;
  const draw = () => {
    const option = values[first] ?? "";
    document.querySelector(".site-note").textContent = page.notes[option];
    fileOf(page.data[option]).then((packed) => {
      if (option !== (values[first] ?? "")) return; // another was chosen meanwhile
      const payload = figureOf(packed, values[second] ?? "");
      if (live) live.replace(payload);
      else {
        live = mount(place, payload, values.rate, {
          chosen: values.answer, onChoose: (answer) => keep({ answer }), onCommit: (rate) => keep({ rate }),
        });
      }
    }, () => { live?.destroy(); live = null; place = failedIn(place); });
  };
  for (const key of page.choices) /** @type {HTMLSelectElement} */ (form.elements.namedItem(key)).value = String(values[key]);
  form.addEventListener("change", ({ target }) => {
    const { name, value } = /** @type {HTMLSelectElement} */ (target);
    keep({ [name]: value });
    draw();
  });
  draw();
}

function openStory(page, root, values, keep) {
  document.querySelector(".site-note").textContent = page.notes[""];
  fileOf(page.data[""]).then((story) => mountStory(root, story, {
    scene: values.scene, mode: values.mode, onMode: (mode) => keep({ mode }),
    onScene: (scene) => { if (scene <= page.settings.scene.high) keep({ scene }); }, // the result has no address
  }), () => failedIn(root));
}
