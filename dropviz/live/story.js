// The story in the app.

import { keepMounted, teller } from "./component.js";
import { appAddress } from "./load.js";
import { mountStory } from "./scenes.js";
import { keep, ofWindow, stored } from "./store.js";

const SCENE_PAUSE_MS = 200; // the server hears of a scene where a person stays, not of all that a key runs through
const AHEAD = "dropviz-story-ahead"; // the scene of a window that was left before its address told of it, and that address

let waiting = 0;
let movedTo = 0; // the scene that a person has moved to, from 1; 0: as the address says

const sceneOfAddress = () => Number(new URLSearchParams(location.search).get("scene") ?? 1);

addEventListener("pagehide", () => {
  const isAhead = movedTo && movedTo !== sceneOfAddress();
  keep(ofWindow, AHEAD, isAhead ? { address: location.search, scene: movedTo } : null);
});

// A step in the browser's history leads elsewhere than a move that is not told yet.
const forgetMove = () => {
  clearTimeout(waiting);
  movedTo = 0;
};
addEventListener("popstate", forgetMove);

/** Streamlit's component. @param {Component<StoryData>} component */
export default function ({ data, parentElement, setStateValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".story");
  const tell = teller(root, setStateValue);
  const tellScene = (number, delay) => {
    movedTo = number;
    clearTimeout(waiting);
    waiting = setTimeout(() => tell("scene", number), delay);
  };
  // Loaded anew, a window goes on where it was.
  const left = () => {
    const { address, scene } = stored(ofWindow, AHEAD, {});
    keep(ofWindow, AHEAD, null);
    return address === location.search ? scene : 0;
  };
  const begin = (story, { scene, mode }) => {
    const ahead = left();
    if (ahead) tellScene(ahead, 0);
    return mountStory(root, story, {
      scene: ahead || scene,
      mode,
      plotly: data.plotly,
      room: { ...data.room, address: new URL(data.room.address, appAddress()).href },
      onScene: (number) => tellScene(number, SCENE_PAUSE_MS),
      onMode: (chosen) => tell("mode", chosen),
    });
  };
  return keepMounted(root, data, () => Promise.resolve(data.story), {
    begin,
    renew: (live, story) => { live.destroy(); return begin(story, data); },
    arrive: (live) => {
      forgetMove();
      live.show(data.scene);
      live.setMode(data.mode);
    },
  });
}
