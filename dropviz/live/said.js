// Words without a figure, in the app.

import { showBlocks } from "./words.js";

/** Streamlit's component. @param {Component<{ blocks: Block[] }>} component */
export default function ({ data, parentElement }) {
  showBlocks(parentElement.querySelector(".dv"), data.blocks);
}
