// Colours as the browser has computed them, in a form that every program reads.

/**
 * Red, green and blue from 0 to 255, and the opacity: of `rgb(…)`, or of `color(srgb …)`, which a mixed colour becomes.
 * @param {string} computed @returns {[number, number, number, number]}
 */
export function channelsOf(computed) {
  const size = computed.startsWith("color(") ? 255 : 1;
  const [red, green, blue, opacity = 1] = computed.replace(/^color\(\w+/, "").match(/[\d.]+(?:e-?\d+)?/g).map(Number);
  return [Math.round(size * red), Math.round(size * green), Math.round(size * blue), opacity];
}
