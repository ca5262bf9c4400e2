// The live figure in the app.

import { keepMounted, teller } from "./component.js";
import { mount } from "./figure.js";
import { unpack } from "./wire.js";

// A page just opened has a bare address: put its settings there without another step in the browser's history.
function replaceAddress(settings) {
  const query = new URLSearchParams(settings);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) query.append(name, value);
  }
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
}

const YEAR = 31_536_000; // seconds
let remembered = "{}";

// What a person has chosen for later visits, too, whose address says nothing: "" is forgotten. Sent to this app alone.
function remember(settings) {
  const wanted = JSON.stringify(settings);
  if (wanted === remembered) return; // another window may have changed it since
  remembered = wanted;
  const path = location.pathname.replace(/\/+$/, "") || "/";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  for (const [name, value] of Object.entries(settings)) {
    try {
      document.cookie = `${name}=${value}; Path=${path}; SameSite=Lax; Max-Age=${value ? YEAR : 0}${secure}`;
    } catch { /* a frame that may keep nothing */ }
  }
}

/** Streamlit's component. @param {Component<Uint8Array<ArrayBuffer>>} component */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".dv");
  const [head, payload] = unpack(data);
  if (head.replace) replaceAddress(head.replace);
  remember(head.remember);
  const tell = teller(root, setStateValue);
  return keepMounted(root, head, payload, {
    begin: (first, { rate, chosen }) => mount(root, first, rate, {
      onCommit: (reached) => tell("rate", reached), onChoose: (name) => tell("chosen", name),
      onMove: head.hears && ((moved) => setTriggerValue("moved", moved)), onUnfold: () => setStateValue("unfolded", true), chosen, plotly: head.plotly,
    }),
    renew: (live, next) => { live.replace(next); return live; },
    arrive: (live) => { live.choose(head.chosen); live.set(head.rate); },
  });
}
