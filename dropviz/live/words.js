// Words around a picture, from blocks and spans (`words.py`) to nodes. Text stays text: none of it becomes markup.

import { barsNode } from "./bars.js";
import { drawn, element } from "./dom.js";
import { hideTip, putTip } from "./hand.js";

const STYLES = { plain: "span", strong: "b", emphasis: "i", code: "code", small: "small", mistake: "span" };

const classed = (name, rest = {}) => (name ? { class: name, ...rest } : rest);

// A word whose meaning shows where it is pointed at, reached with Tab or tapped; a screen reader hears it as description.
function termNode({ shown, meaning }) {
  const word = element("span", { role: "button", tabindex: 0, class: "dv-term", "aria-description": meaning }, [shown]);
  const tip = element("span", { class: "dv-meaning", role: "tooltip", popover: "manual" }, [meaning]);
  const show = () => {
    word.append(tip); // the pointer may enter it
    const { left, top } = word.getBoundingClientRect();
    putTip(tip, { clientX: left - 16, clientY: top + 8 }); // beside the pointer: here on the word
  };
  const hide = () => { if (tip.isConnected) hideTip(tip); };
  tip.addEventListener("toggle", ({ newState }) => { if (newState === "closed") tip.remove(); });
  word.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType === "mouse") show(); });
  word.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType === "mouse") hide(); });
  for (const name of ["focus", "click"]) word.addEventListener(name, show);
  word.addEventListener("blur", hide);
  return word;
}

const MARK = "\u2063"; // as in terms.py

/** A text without its marks. @param {string} text */
export const bare = (text) => text.replaceAll(MARK, "");

const told = new WeakMap(); // by node: its terms by their words, and which of them stand there

/**
 * What tells one text after the other in a node: what stands between marks is a term. Where the terms stay, so do the
 * nodes, also in another draw, and where the words stay too, the page has nothing to lay out.
 * @param {Element} node @param {Record<string, string>} terms @returns {(text: string) => void}
 */
export function telling(node, terms) {
  const state = told.get(node) ?? { known: new Map(), there: null };
  const { known } = state;
  told.set(node, state);
  const termOf = (shown) => {
    if (!known.has(shown)) known.set(shown, termNode({ shown, meaning: terms[shown] }));
    return known.get(shown);
  };
  return (text) => {
    const parts = text.split(MARK);
    const now = parts.filter((_, at) => at % 2).join(MARK);
    if (now !== state.there || node.childNodes.length !== parts.length) {
      state.there = now;
      node.replaceChildren(...parts.map((part, at) => (at % 2 ? termOf(part) : document.createTextNode(part))));
    } else {
      parts.forEach((part, at) => { if (at % 2 === 0 && node.childNodes[at].nodeValue !== part) node.childNodes[at].nodeValue = part; });
    }
  };
}

// What chooses the variant called `value`: `fillBlocks` makes those of a figure one group.
const chooser = (value) => element("input", { type: "radio", value });

/** @type {Record<string, (span?: any) => Node>} */
const SPANS = {
  LiveText: ({ name, style }) => element(STYLES[style], { "data-text": name }),
  Styled: ({ text, style }) => element(STYLES[style], classed(style === "mistake" && "dv-mistake"), [text]),
  Key: ({ label, color, dashed }) =>
    element("span", { class: dashed ? "dv-key dv-test" : "dv-key", "data-color": color }, [label]),
  Swatch: () => element("span", { class: "dv-swatch" }),
  Link: ({ address, words }) => element("a", { href: address, target: "_blank", rel: "noopener" }, [words]),
  PageLink: ({ address, words, takes_rate: takes }) => // one that takes the rate gets it as the slider moves
    element("a", { href: address, class: "dv-page-link", ...(takes && { "data-takes-rate": "" }) }, [words]),
  Picker: ({ name, label }) => element("label", { class: "dv-pick" }, [chooser(name), label]), // the whole row answers to it
  Term: termNode,
};

const inLine = (spans) => [spans].flat().map((span) => (typeof span === "string" ? span : SPANS[span.span](span)));

// An element of these words; a plain live text that is all of it needs none of its own.
const worded = (tag, attributes, spans) => (spans.span === "LiveText" && spans.style === "plain"
  ? element(tag, { ...attributes, "data-text": spans.name }) : element(tag, attributes, inLine(spans)));

const cellsNode = ({ cells }) => element("span", { class: "dv-cells" }, cells.map((spans) => worded("span", {}, spans)));

/**
 * What unfolds under a title, or under the row of a table: there words stand beside their picture.
 * @param {string | Cells} title @param {Node[]} nodes @param {boolean} [open] at first
 */
export const foldNode = (title, nodes, open = false) => {
  const plain = typeof title === "string";
  const summary = element("summary", {}, [plain ? title : cellsNode(title)]);
  const unfolded = plain ? nodes : [element("div", { class: "dv-unfolded" }, nodes)];
  return element("details", { class: "dv-fold", ...(open && { open: "" }) }, [summary, ...unfolded]);
};

/**
 * Build anew what stands in `parent`: what a person has unfolded stays so, and the focus where it is.
 * @param {Element} parent @param {() => void} build
 */
export function keepUnfolded(parent, build) {
  /** @returns {[string, HTMLDetailsElement, HTMLElement][]} */
  const folds = () => Array.from(parent.querySelectorAll(".dv-fold"), (fold) => {
    const summary = /** @type {HTMLElement} */ (fold.firstElementChild);
    return [summary.textContent, /** @type {HTMLDetailsElement} */ (fold), summary];
  });
  const before = folds();
  const open = before.flatMap(([title, fold]) => (fold.open ? [title] : []));
  const focused = before.find(([, , summary]) => summary.matches(":focus"))?.[0];
  build();
  for (const [title, fold, summary] of folds()) {
    if (open.includes(title)) fold.open = true;
    if (title === focused) summary.focus({ preventScroll: true });
  }
}

const quantityNode = ({ title, value, below }) => {
  const small = below.map((spans) => worded("small", {}, spans));
  return element("div", {}, [element("dt", {}, [title]), element("dd", {}, [...inLine(value), ...small])]);
};

function tableNode({ titles, rows }) {
  const row = (cells) => element("tr", {}, cells);
  const head = [row(titles.map((spans) => worded("th", { scope: "col" }, spans)))];
  const body = rows.map(([label, ...cells]) =>
    row([worded("th", { scope: "row" }, label), ...cells.map((spans) => worded("td", {}, spans))]));
  const table = element("table", { class: "dv-table" }, [element("thead", {}, head), element("tbody", {}, body)]);
  return element("div", { class: "dv-scroll" }, [table]);
}

function neuronsNode({ name }) {
  const svg = drawn("svg", { "data-units": name });
  const phases = ["training", "test"].map((phase) => element("span", {}, [phase]));
  return element("div", { class: "dv-unit-row" }, [element("div", { class: "dv-unit-names" }, phases), svg]);
}

/** @type {Record<Block["block"], (block: any) => Node>} */
const BLOCKS = {
  Heading: ({ spans, color }) => (color
    ? element("h3", { "data-color": color }, [SPANS.Swatch(), ...inLine(spans)]) : element("h3", {}, inLine(spans))),
  Paragraph: ({ spans, kind }) => worded("p", classed(kind && `dv-${kind}`), spans),
  Quantities: ({ cells, tight }) => element("dl", { class: tight ? "dv-numbers dv-tight" : "dv-numbers" }, cells.map(quantityNode)),
  Code: ({ text }) => element("pre", {}, [worded("code", {}, text)]),
  Table: tableNode,
  Neurons: neuronsNode,
  Columns: ({ columns, across }) => element("div", { class: "dv-columns", style: `--dv-columns: ${across}` },
    columns.map((blocks) => element("section", {}, wordNodes(blocks)))),
  Group: ({ kind, blocks, color }) =>
    element("div", { class: `dv-${kind}`, ...(color && { "data-color": color }) }, wordNodes(blocks)),
  Options: ({ label, options }) => {
    const buttons = options.map(({ name, title, note }) => element("label", { class: "dv-option", "data-color": name }, [
      chooser(name), element("b", {}, inLine(title)), element("small", {}, [note]),
    ]));
    return element("div", { class: "dv-options", role: "radiogroup", "aria-label": label }, buttons);
  },
  Bars: ({ of }) => barsNode(of),
  Fold: ({ title, blocks }) => foldNode(title, wordNodes(blocks)),
  Cells: cellsNode,
};

/** The nodes of blocks. @param {Block[]} blocks */
export const wordNodes = (blocks) => blocks.map((block) => BLOCKS[block.block](block));

const shownWords = new WeakMap(); // by the node in which they stand: nodes stay while the words do

/** Show blocks in a node; returns whether other ones stood there. @param {Element} node @param {Block[]} blocks */
export function showBlocks(node, blocks) {
  const words = JSON.stringify(blocks);
  if (shownWords.get(node) === words) return false;
  shownWords.set(node, words);
  keepUnfolded(node, () => node.replaceChildren(...wordNodes(blocks)));
  return true;
}
