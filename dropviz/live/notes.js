// The notes: what is told of a scene, in a second window with a timer that keeps in step with the talk.

import { button, element } from "./dom.js";

const TICK_MS = 500;
const CHANNEL = "dropviz-story";

// A clock with its buttons; `stop` ends it.
function createTimer() {
  let began = 0;
  let before = 0;
  const elapsed = () => before + (began ? Date.now() - began : 0);
  const clock = element("p", { class: "story-timer", role: "timer" }, ["00:00"]);
  const tick = () => {
    const seconds = Math.floor(elapsed() / 1000);
    clock.textContent = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  };
  const startStop = button("story-step", "Start", () => {
    [before, began] = [elapsed(), began ? 0 : Date.now()];
    startStop.textContent = began ? "Pause" : "Start";
  });
  const reset = button("story-step", "Reset", () => {
    [before, began] = [0, began ? Date.now() : 0];
    tick();
  });
  const ticking = setInterval(tick, TICK_MS);
  const node = element("div", { class: "story-clock" }, [clock, startStop, reset]);
  return { node, stop: () => clearInterval(ticking) };
}

const noteLines = (at, told, revealed) => {
  const line = (className, text) => element("p", { class: className }, [text]);
  return [
    line("story-count", `Scene ${at + 1} of ${told.count}${revealed ? ", revealed" : ""}`),
    element("h2", { class: "story-title" }, [told.title]),
    line("story-muted", told.sentence),
    ...told.notes.split("\n").filter(Boolean).map((text) => line("", text)),
    ...(told.ask ? [line("story-ask", told.ask), line("story-answer", told.answer)] : []),
    ...(told.reveal ? [line("", told.reveal)] : []),
    line("story-muted", told.next ? `Next: ${told.next}` : "The last scene"),
  ];
};

/**
 * Show the notes in `parts`: `show` tells a scene there, `noted` is the one told, `answered` whether by a talk.
 * @param {StoryParts} parts @returns {Notes}
 */
export function createNotes(parts) {
  const timer = createTimer();
  const body = element("div", { class: "story-note-body" });
  const notes = {
    answered: false,
    noted: { at: 0, count: 1 },
    show: (at, told, revealed) => {
      notes.noted = { at, count: told.count };
      body.replaceChildren(...noteLines(at, told, revealed));
      body.dataset.scene = at + 1;
      parts.back.disabled = at === 0;
      parts.next.disabled = at === told.count - 1;
    },
    destroy: timer.stop,
  };
  parts.notes.append(timer.node, body);
  return notes;
}

/** Open the second window. @param {Talk} talk */
export function openNotes(talk) {
  const address = new URL(location.href);
  address.searchParams.set("mode", "notes");
  address.searchParams.set("scene", String(talk.current + 1));
  talk.notesWindow = window.open(address.href, "dropviz-notes", "width=900,height=700");
}

/**
 * What the notes window shows; it gets this from the talk, whose story may be a lecturer's own.
 * @param {Scene[]} scenes @param {number} at @returns {Tale}
 */
export function tale(scenes, at) {
  const { title, sentence, notes, reveal, question } = scenes[at];
  return {
    title, sentence, notes, reveal, count: scenes.length, next: scenes[at + 1]?.title ?? "",
    ask: question?.text ?? "", answer: question ? `${question.line} = ${question.shown}` : "",
  };
}

/**
 * Speak to the other window: by a channel within a browser, and by the opener's own line where a file has no channel.
 * `hear` gets what the other window says.
 * @param {Talk} talk @param {(message: Message) => void} hear
 */
export function createLine(talk, hear) {
  const bus = "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
  const listen = ({ data: message }) => { if (message?.dropviz) hear(message); };
  bus?.addEventListener("message", listen);
  window.addEventListener("message", listen);
  return {
    send: (message) => {
      const parcel = { dropviz: true, ...message };
      bus?.postMessage(parcel);
      for (const other of [talk.notesWindow, window.opener]) {
        try { other?.postMessage(parcel, "*"); } catch { /* closed */ }
      }
    },
    close: () => {
      bus?.close();
      window.removeEventListener("message", listen);
    },
  };
}
