// Colours as the browser has computed them, in a form that every program reads.

import { drawn } from "./dom.js";

/**
 * Red, green and blue from 0 to 255, and the opacity: of `rgb(…)`, or of `color(srgb …)`, which a mixed colour becomes.
 * @param {string} computed @returns {[number, number, number, number]}
 */
export function channelsOf(computed) {
  const size = computed.startsWith("color(") ? 255 : 1;
  const [red, green, blue, opacity = 1] = computed.replace(/^color\(\w+/, "").match(/[\d.]+(?:e-?\d+)?/g).map(Number);
  return [Math.round(size * red), Math.round(size * green), Math.round(size * blue), opacity];
}

/** The channels of a role's colour, as the style sheet has it at a node. @param {Element} node @param {string} role */
export function channelsAt(node, role) {
  const probe = node.appendChild(drawn("g", { "data-color": role, style: "color: var(--dv-color)" }));
  const channels = channelsOf(getComputedStyle(probe).color);
  probe.remove();
  return channels;
}
