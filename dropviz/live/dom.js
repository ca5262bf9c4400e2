// Nodes of the page, made from their names, attributes and children.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean>} Attributes */

/**
 * Give a node attributes and children.
 * @template {Element} N @param {N} node @param {Attributes} [attributes]
 * @param {(Node | string)[]} [children] @returns {N}
 */
export const furnish = (node, attributes = {}, children = []) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
};

/**
 * A node of the page.
 * @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {Attributes} [attributes]
 * @param {(Node | string)[]} [children] @returns {HTMLElementTagNameMap[K]}
 */
export const element = (tag, attributes, children) => furnish(document.createElement(tag), attributes, children);

/**
 * A node of a drawing.
 * @template {keyof SVGElementTagNameMap} K @param {K} tag @param {Attributes} [attributes]
 * @param {(Node | string)[]} [children] @returns {SVGElementTagNameMap[K]}
 */
export const drawn = (tag, attributes, children) => furnish(document.createElementNS(SVG, tag), attributes, children);

/**
 * A button that does `act`.
 * @param {string} className @param {string} text @param {() => void} act @param {Attributes} [attributes]
 */
export const button = (className, text, act, attributes = {}) => {
  const node = element("button", { class: className, type: "button", ...attributes }, [text]);
  // After a click, a clicker's space shall move on and not press again; those who use keys keep their place.
  node.addEventListener("click", (event) => { if (event.detail > 0) node.blur(); act(); });
  return node;
};

/**
 * What gives a node attributes, and touches it only where they change: a step of a drag writes no more than it must.
 * @param {Element} node @returns {(attributes: Attributes) => void}
 */
export const writing = (node) => {
  /** @type {Attributes} */
  const written = {};
  return (attributes) => {
    for (const name of Object.keys(attributes)) {
      if (written[name] === attributes[name]) continue;
      written[name] = attributes[name];
      node.setAttribute(name, String(attributes[name]));
    }
  };
};

/**
 * Let a node of one text say another. The text alone changes: for a new child, as for a new class, the browser would find
 * the style of half the page anew, whose sheets ask what an element has inside (`:has`).
 * @param {Element} node @param {string} text
 */
export const putText = (node, text) => {
  if (!node.firstChild) node.append(text);
  else if (node.firstChild.nodeValue !== text) node.firstChild.nodeValue = text;
};
