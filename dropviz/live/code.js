// Code to read and to copy: Python's words told apart by colour, and a button for each piece.

import { button, element } from "./dom.js";

const SAID_MS = 2000;
const KEYWORDS = "and as assert break class continue def del elif else except False finally for from global if import in is "
  + "lambda None nonlocal not or pass raise return True try while with yield";
const PARTS = new RegExp([
  /(?<comment>#.*)/,
  /(?<string>"""[^]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')/,
  /(?<number>(?<![\w.])(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)/,
  new RegExp(`(?<keyword>\\b(?:${KEYWORDS.replaceAll(" ", "|")})\\b)`),
].map((part) => part.source).join("|"), "g");

/** Python's code in pieces, each with its kind, "" where it has none. @param {string} code */
export function pieces(code) {
  const found = [];
  let end = 0;
  const plain = (until) => { if (until > end) found.push(["", code.slice(end, until)]); };
  for (const { 0: text, index, groups } of code.matchAll(PARTS)) {
    plain(index);
    found.push([Object.keys(groups).find((kind) => groups[kind] !== undefined), text]);
    end = index + text.length;
  }
  plain(code.length);
  return found;
}

// Where the page came without encryption, browsers have no clipboard but that of what is selected.
async function copy(pre) {
  if (navigator.clipboard) return navigator.clipboard.writeText(pre.textContent);
  getSelection().selectAllChildren(pre);
  if (!document.execCommand("copy")) throw new Error("not copied");
  return getSelection().removeAllRanges();
}

function block() {
  const name = element("span", { class: "dv-code-name" });
  const said = element("span", { role: "status" });
  const pre = element("pre", { tabindex: 0, role: "region" });
  const say = (text) => {
    said.textContent = text;
    setTimeout(() => { said.textContent = ""; }, SAID_MS);
  };
  const press = () => copy(pre).then(() => say("copied"), () => say("selected: copy it with your keys"));
  const caption = element("figcaption", {}, [name, said, button("dv-code-copy", "Copy", press)]);
  return element("figure", { class: "dv-code" }, [caption, pre]);
}

function write(node, name, code) {
  const pre = node.querySelector("pre");
  node.querySelector(".dv-code-name").textContent = name;
  node.querySelector("button").setAttribute("aria-label", `Copy ${name}`);
  pre.setAttribute("aria-label", name);
  if (pre.textContent === code) return;
  pre.replaceChildren(
    ...pieces(code).map(([kind, text]) => (kind ? element("span", { class: `dv-code-${kind}` }, [text]) : text)),
  );
}

/** Streamlit's component. @param {Component<Record<string, string>>} component */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".dv-codes");
  const blocks = Object.entries(data);
  while (root.children.length > blocks.length) root.lastElementChild.remove();
  while (root.children.length < blocks.length) root.append(block());
  blocks.forEach(([name, code], at) => write(root.children[at], name, code));
}
