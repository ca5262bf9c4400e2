// Where our scripts and Plotly come from.

/** Where the app is. Streamlit may be served below a path: its own script tells. */
export function appAddress() {
  const own = [...document.scripts].map((script) => script.src).find((src) => src.includes("/static/js/"));
  return own ? own.slice(0, own.indexOf("/static/js/") + 1) : `${location.origin}/`;
}

/** Import from the first of the addresses that answers. */
export function importFirst(addresses) {
  const base = appAddress();
  /** @type {(addresses: string[]) => Promise<any>} */
  const from = ([first, ...others]) => import(new URL(first, base).href)
    .catch((problem) => (others.length ? from(others) : Promise.reject(problem)));
  return from(addresses);
}
