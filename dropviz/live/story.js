// The story in the app.

import { keepMounted } from "./component.js";
import { loadPlotly } from "./plotly.js";
import { mountStory } from "./scenes.js";

/** Streamlit's component. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".story");
  const begin = () => mountStory(root, data.story, loadPlotly(data.plotly), {
    scene: data.scene,
    mode: data.mode,
    onScene: (number) => setStateValue("scene", number),
    onMode: (mode) => setStateValue("mode", mode),
  });
  return keepMounted(root, data, {
    begin,
    renew: (live) => { live.destroy(); return begin(); },
    arrive: (live) => { live.show(data.scene); live.setMode(data.mode); },
  });
}
