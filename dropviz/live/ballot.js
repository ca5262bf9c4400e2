// The votes of a phone: the newest for each scene, kept until the server has answered to it.

import { rest } from "./stream.js";

/** What an answer to a vote means. @param {number} status 0: there was none @returns {Outcome} */
export const outcomeOf = (status) => {
  if (status >= 200 && status < 300) return "in";
  if (status === 409) return "late";
  return status === 0 || status === 429 || status >= 500 ? "again" : "refused";
};

/**
 * A ballot; `send` brings a vote to the server, `heard` hears what became of the newest for a scene.
 * @param {(vote: Vote) => Promise<number>} send @param {(vote: Vote, outcome: Outcome) => void} heard
 */
export function createBallot(send, heard) {
  /** @type {Map<number, Vote>} */
  const waiting = new Map();
  let busy = false;
  const deliver = async () => {
    if (busy) return;
    busy = true;
    for (let attempt = 0; waiting.size;) {
      const [scene, vote] = waiting.entries().next().value;
      const outcome = outcomeOf(await send(vote));
      if (outcome === "again") { await rest(attempt); attempt += 1; continue; }
      attempt = 0;
      if (waiting.get(scene) !== vote) continue; // changed meanwhile: the newest follows
      waiting.delete(scene);
      heard(vote, outcome);
    }
    busy = false;
  };
  return {
    cast: (vote) => { waiting.set(vote.scene, vote); return deliver(); },
    waits: (scene) => waiting.has(scene),
    clear: () => waiting.clear(),
  };
}
