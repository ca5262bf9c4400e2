// The story: scenes one after the other, a question before each picture. Stands below explorer.js in one module and
// uses its `mount`; the app and the offline file both call `mountStory`.

const DESIGN_WIDTH = 425; // pixels that a picture is drawn for; on a projector it is enlarged, type and all
const PAGE_FACTOR = 1.3; // most of that on an ordinary page, where words stand close by
const KEYS = [
  ["→  Space  PageDown", "next scene"], ["←  PageUp", "scene before"], ["1 … 9, 0", "scene 1 … 10"],
  ["R", "reveal"], ["P", "play and stop the slider, after the reveal"], ["Q", "QR code of this scene"],
  ["N", "notes and timer in a second window"], ["F", "full screen"], ["Home  End", "first and last scene"],
  ["Esc", "close, or leave the talk"], ["?", "these keys"],
];

const html = (tag, className = "", text = "", attributes = {}) => {
  const node = element(tag, { ...(className ? { class: className } : {}), ...attributes });
  if (text) node.textContent = text;
  return node;
};
const button = (className, text, act, attributes = {}) => {
  const node = html("button", className, text, { type: "button", ...attributes });
  // After a click, a clicker's space shall move on and not press again; those who use keys keep their place.
  node.addEventListener("click", (event) => { if (event.detail > 0) node.blur(); act(event); });
  return node;
};

// ---- pictures -----------------------------------------------------------------------------------------------------

// The same figure, larger: every length of its layout and its lines.
function enlarge(payload, factor) {
  const grown = structuredClone(payload);
  const { data, layout } = grown.figure;
  const scaled = (owner, name) => { if (typeof owner?.[name] === "number") owner[name] *= factor; };
  scaled(layout, "height");
  for (const side of "lrtb") scaled(layout.margin, side);
  scaled(layout.font, "size");
  for (const note of layout.annotations ?? []) scaled(note.font, "size");
  for (const [name, axis] of Object.entries(layout)) {
    if (!/^[xy]axis/.test(name)) continue;
    scaled(axis.tickfont, "size");
    scaled(axis.title?.font, "size");
    scaled(axis.title, "standoff");
  }
  for (const trace of data) {
    scaled(trace.line, "width");
    if (/px/.test(trace.line?.dash)) trace.line.dash = trace.line.dash.replace(/[\d.]+/g, (length) => length * factor);
    if (Array.isArray(trace.marker?.size)) trace.marker.size = trace.marker.size.map((size) => size * factor);
    else scaled(trace.marker, "size");
  }
  return grown;
}

// Where a dragged point stands in the first panel: pixels from values, and back.
function guessScale(payload, width) {
  const layout = { ...layoutFor(payload, width), width };
  const size = { width, height: layout.height };
  const toX = scale(layout, "x", size);
  const toY = scale(layout, "y", size);
  const [top, bottom] = toY.ends;
  const [low, high] = layout.yaxis.range;
  const raised = layout.yaxis.type === "log" ? (unit) => 10 ** unit : (unit) => unit;
  return { toX, toY, top, bottom, value: (pixel) => raised(low + ((high - low) * (bottom - pixel)) / (bottom - top)) };
}

// A sign of operation stays with its number at the end of a line.
const bound = (text) => text.replace(/([×÷]) (?=[\d.])| (?=…)/g, (gap) => gap.replace(" ", "\u00a0"));

const rounded = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

// ---- the story ----------------------------------------------------------------------------------------------------

function storySkeleton(root, act) {
  const parts = {
    count: html("p", "story-count"),
    title: html("h2", "story-title"),
    sentence: html("p", "story-sentence"),
    ask: html("p", "story-ask"),
    options: html("div", "story-options", "", { role: "group", "aria-label": "Your answer" }),
    verdict: html("div", "story-verdict", "", { "aria-live": "polite" }),
    open: html("a", "story-open", "Open this scene in the app"),
    pictures: html("div", "story-pictures"),
    back: button("story-step", "← Back", () => act.move(-1)),
    next: button("story-step", "Next →", () => act.move(1)),
    reveal: button("story-step story-show", "Reveal", () => act.reveal()),
    tools: html("div", "story-tools"),
    dialog: html("dialog", "story-dialog"),
    status: html("p", "dv-status", "", { "aria-live": "polite" }),
  };
  parts.words = element("section", { class: "story-words" }, [
    parts.title, parts.sentence, parts.ask, parts.options, parts.verdict, parts.open,
  ]);
  parts.body = element("div", { class: "story-body" }, [parts.words, parts.pictures]);
  parts.nav = element("nav", { class: "story-nav", "aria-label": "Scenes" }, [
    parts.back, parts.count, parts.next, parts.reveal, parts.tools,
  ]);
  parts.notes = html("div", "story-notes");
  root.replaceChildren(parts.body, parts.nav, parts.notes, parts.dialog, parts.status);
  return parts;
}

export function mountStory(root, story, plotly, settings) {
  const { onScene = () => {}, onMode = () => {}, leave = true } = settings;
  const scenes = story.scenes;
  const state = scenes.map(() => ({ revealed: false, chosen: null, guess: null }));
  const pictures = []; // by scene: { box, root, ready, live, payload }
  let current = 0;
  let mode = settings.mode;
  let factor = 1;
  let destroyed = false;

  const act = { move: (by) => show(current + by), reveal: () => reveal() };
  const parts = storySkeleton(root, act);

  // -- pictures

  const wantedFactor = () => {
    const width = parts.pictures.clientWidth;
    if (!width) return factor;
    if (mode !== "talk") return Math.max(1, Math.min(PAGE_FACTOR, width / DESIGN_WIDTH));
    return Math.max(1, width / DESIGN_WIDTH);
  };

  const picture = (at) => {
    if (pictures[at]) return pictures[at];
    const dv = html("div", "dv");
    const veil = html("p", "story-veil", scenes[at].question?.drag ? "" : "?", {
      role: "img", "aria-label": "Axes only: the curves appear when you have answered.",
    });
    const box = element("div", { class: "story-picture" }, [dv, veil]);
    box.inert = at !== current;
    parts.pictures.append(box);
    const payload = enlarge(scenes[at].picture, factor);
    const one = { box, dv, payload, live: null };
    one.ready = plotly.then(async (Plotly) => {
      if (destroyed || pictures[at] !== one) return;
      one.live = mount(dv, payload, payload.rates[payload.start], Plotly);
      await one.live.ready;
      if (scenes[at].question?.drag) addGuess(one, at);
      cover(at);
    });
    pictures[at] = one;
    return one;
  };

  const dropPictures = () => {
    for (const one of pictures) {
      if (!one) continue;
      one.live?.destroy();
      one.box.remove();
    }
    pictures.length = 0;
  };

  // The neighbours are drawn while nobody waits, so that the next picture is there when it is called.
  let idle = 0;
  const prepare = () => {
    clearTimeout(idle);
    const order = [current + 1, current - 1, ...scenes.keys()];
    const missing = order.find((at) => at >= 0 && at < scenes.length && !pictures[at]);
    if (missing === undefined || mode === "notes") return;
    idle = setTimeout(() => { if (!destroyed) picture(missing).ready.then(prepare); }, 60);
  };

  const cover = (at) => {
    const one = pictures[at];
    if (!one) return;
    const veiled = scenes[at].veiled && !state[at].revealed;
    one.box.classList.toggle("story-veiled", veiled);
    const bar = one.dv.querySelector(".dv-bar");
    if (bar) bar.inert = veiled;
    one.guess?.classList.toggle("story-said", state[at].revealed);
    one.guess?.classList.toggle("story-unsaid", state[at].revealed && state[at].guess === null);
    if (one.guess) one.guess.tabIndex = state[at].revealed ? -1 : 0;
  };

  const addGuess = (one, at) => {
    const { rate } = scenes[at].question.drag;
    const plot = one.dv.querySelector(".dv-plot");
    const point = html("div", "story-guess", "", {
      role: "slider", tabindex: "0", "aria-label": scenes[at].question.text, "aria-orientation": "vertical",
    });
    const said = html("span", "story-guess-value");
    point.append(said);
    plot.append(point);
    one.guess = point;
    let axis;
    const place = () => {
      axis = guessScale(one.payload, plot.clientWidth);
      const value = state[at].guess ?? axis.value((axis.top + axis.bottom) / 2);
      point.style.left = `${axis.toX(rate)}px`;
      point.style.top = `${axis.toY(value)}px`;
      said.textContent = state[at].guess === null ? "drag ↕" : rounded(value);
      point.setAttribute("aria-valuenow", rounded(value));
      point.setAttribute("aria-valuemin", rounded(axis.value(axis.bottom)));
      point.setAttribute("aria-valuemax", rounded(axis.value(axis.top)));
      point.setAttribute("aria-valuetext", rounded(value));
    };
    const set = (pixel) => {
      if (state[at].revealed) return;
      state[at].guess = axis.value(Math.max(axis.top, Math.min(axis.bottom, pixel)));
      place();
      words();
    };
    point.addEventListener("pointerdown", (event) => { point.setPointerCapture(event.pointerId); event.preventDefault(); point.focus(); });
    point.addEventListener("pointermove", (event) => {
      if (point.hasPointerCapture(event.pointerId)) set(event.clientY - plot.getBoundingClientRect().top);
    });
    point.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === "Enter") { event.preventDefault(); reveal(); }
      if (!by) return;
      event.preventDefault();
      const from = axis.toY(state[at].guess ?? axis.value((axis.top + axis.bottom) / 2));
      set(from + (by * (axis.bottom - axis.top)) / 50);
    });
    new ResizeObserver(place).observe(plot);
    place();
  };

  // On a phone the buttons stand below the picture, the words above it.
  const inView = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    if (top < 60 || bottom > innerHeight) node.scrollIntoView({ block: "start" });
  };

  // -- words

  const right = (scene, { chosen, guess }) => {
    const { question } = scene;
    if (question.drag) return guess === null ? null : Math.abs(guess - question.value) <= question.drag.within;
    return chosen === null ? null : question.options[chosen].right;
  };

  const verdictOf = (scene, own) => {
    const { question } = scene;
    const answer = right(scene, own);
    const said = question.drag && own.guess !== null ? `You said ${rounded(own.guess)}. ` : "";
    if (answer === null) return ["", "The answer: "];
    return answer ? ["story-right", `✓ Right. ${said}`] : ["story-wrong", `✗ Not so. ${said}`];
  };

  function words() {
    const scene = scenes[current];
    const own = state[current];
    const { question } = scene;
    parts.count.textContent = `${current + 1} / ${scenes.length}`;
    parts.title.textContent = scene.title;
    parts.sentence.textContent = bound(scene.sentence);
    parts.ask.textContent = bound(question?.text ?? "");
    parts.ask.hidden = !question;
    parts.options.hidden = !question?.options.length;
    parts.options.replaceChildren(...(question?.options ?? []).map((option, at) => {
      const chosen = own.chosen === at;
      const mark = own.revealed && option.right ? "✓ " : own.revealed && chosen ? "✗ " : "";
      const node = button("story-option", mark + option.text, () => { own.chosen = at; reveal(true); }, { "aria-pressed": chosen });
      node.hidden = own.revealed && !option.right && !chosen;
      node.classList.toggle("story-right", own.revealed && option.right);
      node.classList.toggle("story-wrong", own.revealed && chosen && !option.right);
      if (own.revealed) node.setAttribute("aria-disabled", "true");
      return node;
    }));
    const lines = [];
    if (own.revealed && question) {
      const [className, opening] = verdictOf(scene, own);
      const line = html("p", "story-line", "");
      line.append(html("b", className, opening), `${question.line} = ${question.shown}`);
      lines.push(line);
    }
    if ((own.revealed || !question) && scene.reveal) lines.push(html("p", "story-after", bound(scene.reveal)));
    parts.verdict.replaceChildren(...lines);
    parts.reveal.hidden = !question || own.revealed;
    parts.back.disabled = current === 0;
    parts.next.disabled = current === scenes.length - 1;
    parts.open.hidden = !scene.link || mode !== "page";
    if (scene.link) parts.open.href = scene.link;
  }

  function reveal(fromOption = false) {
    const own = state[current];
    if (!scenes[current].question || own.revealed) return;
    own.revealed = true;
    words();
    cover(current);
    if (mode === "page") inView(parts.options.hidden ? parts.verdict : parts.options);
    if (fromOption) parts.options.querySelector("[aria-pressed=true]")?.focus({ preventScroll: true });
    if (mode === "talk" && document.activeElement?.matches?.(".story-option, .story-guess")) document.activeElement.blur();
    tell();
  }

  function show(at, quiet = false) {
    if (mode === "notes") { turnNotes(at); return; }
    const wanted = Math.max(0, Math.min(scenes.length - 1, at));
    const moved = wanted !== current;
    current = wanted;
    words();
    const one = picture(current);
    for (const [index, other] of pictures.entries()) {
      other?.box.classList.toggle("story-now", index === current);
      if (other) other.box.inert = index !== current;
    }
    cover(current);
    one.ready.then(prepare);
    if (moved) parts.status.textContent = `Scene ${current + 1} of ${scenes.length}: ${scenes[current].title}`;
    if (moved && !quiet) { inView(parts.title); onScene(current + 1); }
    tell();
  }

  const setMode = (wanted, quiet = false) => {
    mode = wanted;
    root.dataset.mode = mode;
    const grown = wantedFactor();
    if (Math.abs(grown - factor) > 0.02) { factor = grown; dropPictures(); }
    tools();
    show(current, true);
    if (!quiet) onMode(mode);
  };

  // -- dialog, notes, keys

  const openDialog = (name, ...content) => {
    const open = parts.dialog.open && parts.dialog.dataset.name === name;
    parts.dialog.close();
    if (open) return;
    parts.dialog.dataset.name = name;
    parts.dialog.replaceChildren(...content, button("story-step", "Close", () => parts.dialog.close()));
    parts.dialog.showModal();
  };

  const showKeys = () => {
    const list = html("dl", "story-keys");
    for (const [key, does] of KEYS) list.append(html("dt", "", key), html("dd", "", does));
    const when = mode === "page" ? [html("p", "", "They work once you press Present.")] : [];
    openDialog("keys", html("h2", "", "Keys"), ...when, list);
  };

  const showCode = () => {
    const { qr, public: address, title } = scenes[current];
    const content = [html("h2", "", title)];
    if (qr) {
      const code = html("div", "story-qr", "", { role: "img", "aria-label": `QR code of ${address}` });
      code.innerHTML = qr; // drawn by our server
      content.push(code, html("p", "story-address", address));
      const local = /^\w+:\/\/(localhost|127\.|\[::1\])/.test(address);
      if (local) content.push(html("p", "story-muted", "This address works on this computer only: set DROPVIZ_PUBLIC_URL to the one of the hall."));
    } else content.push(html("p", "", "This file has no address: it needs no network."));
    openDialog("qr", ...content);
  };

  const fullScreen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen?.().catch(() => {});
  };

  let notesWindow = null;
  const openNotes = () => {
    const address = new URL(location.href);
    address.searchParams.set("mode", "notes");
    address.searchParams.set("scene", current + 1);
    notesWindow = window.open(address.href, "dropviz-notes", "width=900,height=700");
  };

  const tools = () => {
    const talk = mode === "talk";
    parts.tools.replaceChildren(...(mode === "notes" ? [] : [
      ...(talk ? [] : [button("story-tool", "Present", () => setMode("talk"), { title: "Presenter mode" })]),
      button("story-tool", "QR", showCode, { title: "QR code of this scene (Q)" }),
      button("story-tool", "Notes", openNotes, { title: "Notes and timer in a second window (N)" }),
      button("story-tool", "?", showKeys, { title: "Keys (?)", "aria-label": "Keys" }),
      ...(talk && leave ? [button("story-tool", "×", () => setMode("page"), { title: "Leave the talk (Esc)", "aria-label": "Leave the talk" })] : []),
    ]));
  };

  const commands = {
    ArrowRight: () => act.move(1), PageDown: () => act.move(1), " ": () => act.move(1),
    ArrowLeft: () => act.move(-1), PageUp: () => act.move(-1),
    Home: () => show(0), End: () => show(Infinity),
    r: () => act.reveal(),
    p: () => { if (!(scenes[current].veiled && !state[current].revealed)) pictures[current]?.live?.toggle(); },
    q: showCode, n: openNotes, f: fullScreen, "?": showKeys,
    Escape: () => { if (leave && mode === "talk" && !document.fullscreenElement) setMode("page"); },
  };
  const REMOTE = new Set(["ArrowRight", "PageDown", " ", "ArrowLeft", "PageUp", "Home", "End", "r"]);
  const onKey = (event) => {
    if (mode === "page" || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.composedPath()[0];
    const slider = target.matches?.("input[type=range], .story-guess");
    if (!slider && target.matches?.("input, textarea, select, [contenteditable], [contenteditable] *")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (slider && (/^Arrow/.test(key) || key === "Home" || key === "End")) return;
    if (key === " " && target.matches?.("button, a, summary")) return;
    if (parts.dialog.open && !["q", "?"].includes(key)) return;
    if (mode === "notes" && !REMOTE.has(key) && !/^\d$/.test(key)) return;
    const command = /^\d$/.test(key) ? () => show(key === "0" ? 9 : Number(key) - 1) : commands[key];
    if (!command) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // R and C are Streamlit's keys too
    command();
  };
  window.addEventListener("keydown", onKey, true);
  // A slider that was dragged gives the keys back to the talk.
  const onPointerUp = (event) => {
    if (mode === "talk" && event.target.matches?.(".dv-range")) setTimeout(() => event.target.blur());
  };
  window.addEventListener("pointerup", onPointerUp);

  // -- two windows in step: one channel within a browser, and the opener's own line where a file has no channel

  const bus = "BroadcastChannel" in window ? new BroadcastChannel("dropviz-story") : null;
  let alone = true; // no talk has answered the notes yet
  let noted = { at: 0, count: scenes.length };
  const send = (message) => {
    const parcel = { dropviz: true, ...message };
    bus?.postMessage(parcel);
    for (const other of [notesWindow, window.opener]) try { other?.postMessage(parcel, "*"); } catch { /* closed */ }
  };
  const ask = (what) => send({ ask: what });
  function tell() {
    if (mode !== "talk") return;
    send({ scene: current, revealed: state[current].revealed, told: tale(current) });
  }
  // What the notes window shows; it gets this from the talk, whose story may be a lecturer's own.
  function tale(at) {
    const { title, sentence, notes, reveal: after, question } = scenes[at];
    return {
      title, sentence, notes, reveal: after, count: scenes.length, next: scenes[at + 1]?.title ?? "",
      ask: question?.text ?? "", answer: question ? `${question.line} = ${question.shown}` : "",
    };
  }
  const hear = ({ data: message }) => {
    if (!message?.dropviz) return;
    if (mode === "talk") {
      if (message.ask === "hello") tell();
      if (message.ask === "reveal") reveal();
      if (message.ask === "scene" && message.scene !== current) show(message.scene);
    } else if (mode === "notes" && message.told) {
      alone = false;
      noteView(message.scene, message.told, message.revealed);
    }
  };
  bus?.addEventListener("message", hear);
  window.addEventListener("message", hear);

  // -- the notes window

  const timer = { began: 0, before: 0 };
  const elapsed = () => timer.before + (timer.began ? Date.now() - timer.began : 0);
  const clock = html("p", "story-timer", "00:00", { role: "timer" });
  const startStop = button("story-step", "Start", () => {
    if (timer.began) { timer.before = elapsed(); timer.began = 0; } else timer.began = Date.now();
    startStop.textContent = timer.began ? "Pause" : "Start";
  });
  const reset = button("story-step", "Reset", () => { timer.before = 0; timer.began = timer.began ? Date.now() : 0; tick(); });
  const tick = () => {
    const seconds = Math.floor(elapsed() / 1000);
    clock.textContent = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  };
  const noteBody = html("div", "story-note-body");
  const noteView = (at, told, revealed) => {
    const paragraphs = told.notes.split("\n").filter(Boolean).map((line) => html("p", "", line));
    noteBody.replaceChildren(
      html("p", "story-count", `Scene ${at + 1} of ${told.count}${revealed ? ", revealed" : ""}`),
      html("h2", "story-title", told.title), html("p", "story-muted", told.sentence), ...paragraphs,
      ...(told.ask ? [html("p", "story-ask", told.ask), html("p", "story-answer", told.answer)] : []),
      ...(told.reveal ? [html("p", "", told.reveal)] : []),
      html("p", "story-muted", told.next ? `Next: ${told.next}` : "The last scene"),
    );
    noted = { at, count: told.count };
    noteBody.dataset.scene = at + 1;
    parts.back.disabled = at === 0;
    parts.next.disabled = at === told.count - 1;
  };
  const startNotes = () => {
    parts.notes.append(element("div", { class: "story-clock" }, [clock, startStop, reset]), noteBody);
    setInterval(tick, 500);
    noteView(current, tale(current), false);
    ask("hello");
  };
  function turnNotes(at) {
    const wanted = Math.max(0, Math.min(noted.count - 1, at));
    if (alone) noteView(wanted, tale(wanted), false);
    send({ ask: "scene", scene: wanted });
  }
  act.move = (by) => show((mode === "notes" ? noted.at : current) + by);
  act.reveal = () => (mode === "notes" ? ask("reveal") : reveal());

  // -- begin

  const watcher = new ResizeObserver(() => {
    const wanted = wantedFactor();
    if (mode === "notes" || Math.abs(wanted - factor) < 0.02) return;
    factor = wanted;
    dropPictures();
    show(current, true);
  });
  current = Math.max(0, Math.min(scenes.length - 1, settings.scene - 1));
  root.dataset.mode = mode;
  factor = wantedFactor();
  tools();
  words();
  if (mode === "notes") startNotes();
  else { show(current, true); watcher.observe(parts.pictures); }
  root.dataset.ready = "true";

  return {
    show: (number) => show(number - 1, true),
    setMode: (wanted) => { if (wanted !== mode) setMode(wanted, true); },
    destroy: () => {
      destroyed = true;
      clearTimeout(idle);
      watcher.disconnect();
      dropPictures();
      bus?.close();
      window.removeEventListener("message", hear);
      window.removeEventListener("keydown", onKey, true);
      window.removeEventListener("pointerup", onPointerUp);
    },
  };
}

// ---- in the offline file ------------------------------------------------------------------------------------------

// The scene stands behind the # of the address; a frame without an address simply begins at the first.
export function mountOffline(root, story) {
  const asked = new URLSearchParams(location.search);
  const scene = Number.parseInt(location.hash.slice(1), 10) || Number.parseInt(asked.get("scene"), 10) || 1;
  return mountStory(root, story, Promise.resolve(window.Plotly), {
    scene, leave: false, mode: asked.get("mode") === "notes" ? "notes" : "talk",
    onScene: (number) => { try { history.replaceState(null, "", `#${number}`); } catch { /* no address of its own */ } },
  });
}

// ---- in the app ---------------------------------------------------------------------------------------------------

const told = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".story");
  const begin = () => mountStory(root, data.story, loadPlotly(data.plotly), {
    scene: data.scene, mode: data.mode,
    onScene: (number) => setStateValue("scene", number),
    onMode: (mode) => setStateValue("mode", mode),
  });
  const state = told.get(root);
  if (!state) told.set(root, { version: data.version, arrival: data.arrival, live: begin() });
  else {
    if (state.version !== data.version) { state.live.destroy(); state.live = begin(); }
    else if (state.arrival !== data.arrival) { state.live.show(data.scene); state.live.setMode(data.mode); }
    Object.assign(state, { version: data.version, arrival: data.arrival });
  }
  return () => {
    if (root.isConnected) return;
    told.get(root)?.live.destroy();
    told.delete(root);
  };
}
