// The story in a file of its own.

import { mountStory } from "./scenes.js";

/** Tell the story; the scene stands behind the # of the address, a frame without an address begins at the first. */
export function mountOffline(root, story) {
  const asked = new URLSearchParams(location.search);
  const scene = Number.parseInt(location.hash.slice(1), 10) || Number.parseInt(asked.get("scene"), 10) || 1;
  return mountStory(root, story, Promise.resolve(window.Plotly), {
    scene, leave: false, mode: asked.get("mode") === "notes" ? "notes" : "talk",
    onScene: (number) => { try { history.replaceState(null, "", `#${number}`); } catch { /* no address of its own */ } },
  });
}
