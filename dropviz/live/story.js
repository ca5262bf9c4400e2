// The story in the app.

import { keepMounted } from "./component.js";
import { appAddress } from "./load.js";
import { mountStory } from "./scenes.js";

const SCENE_PAUSE_MS = 200; // the server hears of a scene where a person stays, not of all that a key runs through

/** Streamlit's component. @param {Component<StoryData>} component */
export default function ({ data, parentElement, setStateValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".story");
  let waiting = 0;
  const begin = (story, { scene, mode }) => mountStory(root, story, {
    scene,
    mode,
    plotly: data.plotly,
    room: { ...data.room, address: new URL(data.room.address, appAddress()).href },
    onScene: (number) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => setStateValue("scene", number), SCENE_PAUSE_MS);
    },
    onMode: (chosen) => setStateValue("mode", chosen),
  });
  return keepMounted(root, data, () => Promise.resolve(data.story), {
    begin,
    renew: (live, story) => { live.destroy(); return begin(story, data); },
    arrive: (live) => { live.show(data.scene); live.setMode(data.mode); },
  });
}
