// The story in the app.

import { keepMounted } from "./component.js";
import { mountStory } from "./scenes.js";

/** Streamlit's component. @param {Component<StoryData>} component */
export default function ({ data, parentElement, setStateValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".story");
  const begin = (story, { scene, mode }) => mountStory(root, story, {
    scene,
    mode,
    plotly: data.plotly,
    onScene: (number) => setStateValue("scene", number),
    onMode: (chosen) => setStateValue("mode", chosen),
  });
  return keepMounted(root, data, () => Promise.resolve(data.story), {
    begin,
    renew: (live, story) => { live.destroy(); return begin(story, data); },
    arrive: (live) => { live.show(data.scene); live.setMode(data.mode); },
  });
}
