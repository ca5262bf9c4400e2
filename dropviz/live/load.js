// Where our scripts and Plotly come from.

/**
 * Import from the first of the addresses that answers. Streamlit may be served below a path: its own script tells.
 * @param {string[]} addresses
 */
export function importFirst(addresses) {
  const own = [...document.scripts].map((script) => script.src).find((src) => src.includes("/static/js/"));
  const base = own ? own.slice(0, own.indexOf("/static/js/") + 1) : `${location.origin}/`;
  /** @type {(left: string[]) => Promise<any>} */
  const from = ([first, ...others]) => import(new URL(first, base).href)
    .catch((problem) => (others.length ? from(others) : Promise.reject(problem)));
  return from(addresses);
}
