// The answers to the questions of a story, which outlive a reload of the window, and what they come to.

import { keep, ofWindow, stored } from "./store.js";

const GIVEN = "dropviz-story-answers"; // by question

/** @returns {Answer} */
const noAnswer = () => ({ revealed: false, stepped: false, chosen: null, guess: null });

// A question is known by its words and its numbers: the same in another order of the scenes, none in another story.
const nameOf = ({ title, question }) => JSON.stringify([title, question]);

/** The answer of every scene, as this window left it under a name. @param {Scene[]} scenes @param {string} [keptAs] */
export function givenAnswers(scenes, keptAs = GIVEN) {
  const given = stored(ofWindow, keptAs, {});
  return scenes.map((scene) => ({ ...noAnswer(), ...given[nameOf(scene)] }));
}

/** Keep the answers for a reload; the notes give none. @param {Answering} talk */
export function keepAnswers({ scenes, answers, mode, keptAs = GIVEN }) {
  if (mode === "notes") return;
  const ours = scenes.map((scene, at) => [nameOf(scene), answers[at]]).filter((_, at) => scenes[at].question);
  keep(ofWindow, keptAs, { ...stored(ofWindow, keptAs, {}), ...Object.fromEntries(ours) });
}

/** Forget the answers of this story. @param {Answering} talk */
export function forgetAnswers(talk) {
  for (const answer of talk.answers) Object.assign(answer, noAnswer());
  keepAnswers(talk);
}

/**
 * Whether an answer is right; null where none was given.
 * @param {Question} question @param {Pick<Answer, "chosen" | "guess">} answer
 */
export function isRight({ drag, value, options }, { chosen, guess }) {
  if (drag) return guess === null ? null : Math.abs(guess - value) <= drag.within;
  return chosen === null ? null : options[chosen].right;
}

/**
 * How many predictions were right, of how many made, and which scenes to look at again.
 * @param {Pick<Talk, "scenes" | "answers">} talk
 */
export function resultOf({ scenes, answers }) {
  const rows = scenes.flatMap((scene, at) => (scene.question
    ? [{ at, title: scene.title, question: scene.question, right: isRight(scene.question, answers[at]), revealed: answers[at].revealed }]
    : []));
  const given = rows.filter(({ right, revealed }) => revealed && right !== null);
  const right = given.filter((row) => row.right).length;
  const again = given.filter((row) => !row.right);
  const open = rows.length - given.length;
  const title = given.length ? `${right} of ${given.length} predicted right` : "What there was to predict";
  const left = open && given.length ? `${open} ${open === 1 ? "was" : "were"} not predicted.` : "";
  const praise = !again.length && !open ? "Nothing to look at again." : "";
  return { rows, again, title, sentence: [praise, left].filter(Boolean).join(" ") || (again.length ? "" : "Choose one to look at it again.") };
}
