// What Streamlit calls: it fetches the script of a component from an address that the browser keeps for ever.

import { element } from "./dom.js";
import { importFirst } from "./load.js";

const here = new Map(); // by its addresses: what a script that has come runs, at once; an import would wait for its turn

/** Streamlit's component; its root names the addresses of its script. */
export default function (call) {
  const root = call.parentElement.querySelector("[data-script]");
  const { script } = root.dataset;
  if (here.has(script)) return here.get(script)(call);
  let end = null;
  importFirst(script.split(" ")).then(({ default: run }) => {
    here.set(script, run);
    if (root.isConnected) end = run(call); // or the page was left while the script came
  }, () => {
    root.replaceChildren(element("p", {}, ["A script of this page could not be loaded. Load the page again."]));
  });
  return () => end?.();
}
