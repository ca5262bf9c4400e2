// Nodes of the page, made from their names, attributes and children.

const SVG = "http://www.w3.org/2000/svg";

export const furnish = (node, attributes = {}, children = []) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

export const element = (tag, attributes, children) => furnish(document.createElement(tag), attributes, children);
export const drawn = (tag, attributes, children) => furnish(document.createElementNS(SVG, tag), attributes, children);

export const button = (className, text, act, attributes = {}) => {
  const node = element("button", { class: className, type: "button", ...attributes }, [text]);
  // After a click, a clicker's space shall move on and not press again; those who use keys keep their place.
  node.addEventListener("click", (event) => { if (event.detail > 0) node.blur(); act(); });
  return node;
};
