// The live figure. One slider drives a Plotly figure, a row of neurons and the numbers; nothing leaves the browser
// until the drag ends. `mount` is all there is: the app and the standalone page both call it.

const UNIT_CELL = 20; // width of a unit's place in the row, in SVG units
const FULL_SWEEP_MS = 7000;
const CALM_STEP_MS = 1000; // a leap a second, for those who asked for less motion
const NARROW = 720;
const LABEL_ROOM = 48; // pixels that a label at the head of a stem takes

const decode = (matrix) => {
  if (!matrix) return null;
  const values = new Float32Array(bytesOf(matrix.data).buffer);
  if (values.length === matrix.points) return () => values; // the same at every rate
  return (index) => values.subarray(index * matrix.points, (index + 1) * matrix.points);
};

let clipCount = 0; // clip paths need names that are unique in the page

const drawn = (tag, attributes = {}) =>
  element(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes);

// ---- the row of neurons -------------------------------------------------------------------------------------------

function drawUnits(svg, payload, row) {
  svg.replaceChildren();
  const largest = Math.max(...payload.units.map(([value]) => Math.abs(value)), 1e-12);
  const width = payload.units.length * UNIT_CELL;
  svg.setAttribute("viewBox", `0 0 ${width} ${2 * UNIT_CELL + 2}`);
  svg.setAttribute("role", "img");
  svg.setAttribute(
    "aria-label",
    `${payload.units.length} units, training above, test below; area is the size of the output, a dashed ring is a dropped unit`,
  );
  const circles = { train: [], test: [] };
  for (const [line, phase] of ["train", "test"].entries()) {
    payload.units.forEach(([value], column) => {
      const circle = drawn("circle");
      circle.setAttribute("cx", (column + 0.5) * UNIT_CELL);
      circle.setAttribute("cy", (line + 0.5) * UNIT_CELL + line * 2);
      circle.style.setProperty("--unit-color", row.color);
      circle.setAttribute("class", value < 0 ? "dv-unit dv-negative" : "dv-unit");
      svg.append(circle);
      circles[phase].push(circle);
    });
  }
  // Area is proportional to |output|; the largest activation, unscaled, fills 55 % of its cell's width.
  const radius = (output) => {
    if (!output) return 1.2;
    return Math.min(0.48 * UNIT_CELL, 0.275 * UNIT_CELL * Math.sqrt(Math.abs(output) / largest) + 0.8);
  };
  return (index) => {
    payload.units.forEach(([value, droppedAt], column) => {
      const dropped = index >= droppedAt;
      const train = circles.train[column];
      train.setAttribute("r", dropped ? 4 : radius(value * row.train[index]));
      train.classList.toggle("dv-dropped", dropped);
      circles.test[column].setAttribute("r", radius(value * row.test[index]));
    });
  };
}

// ---- the figure ---------------------------------------------------------------------------------------------------

// Plotly draws what stands still. What follows the rate is drawn by us on top, into an SVG with the same scales:
// a step then costs a few path strings, where letting Plotly animate cost ten times as much.

const layoutFor = (payload, width) => {
  const { layout } = payload.figure;
  if (width >= NARROW) return layout;
  const narrow = { ...layout };
  for (const [name, value] of Object.entries(payload.narrow)) {
    narrow[name] = name.includes("axis") ? { ...layout[name], ...value } : value;
  }
  return narrow;
};

// Pixel position of a value, from the domain and the range that the layout fixes.
function scale(layout, reference, size) {
  const axis = layout[axisName(reference)];
  const across = reference[0] === "x";
  const { l, r, t, b } = layout.margin;
  const domain = axis.domain ?? layout[axisName(axis.overlaying)].domain;
  const length = across ? size.width - l - r : size.height - t - b;
  const [low, high] = axis.range;
  const from = across ? l + domain[0] * length : t + (1 - domain[0]) * length;
  const span = (domain[1] - domain[0]) * length * (across ? 1 : -1);
  const unit = axis.type === "log" ? Math.log10 : (value) => value;
  const pixel = (value) => from + ((unit(value) - low) / (high - low)) * span;
  pixel.ends = [from, from + span].sort((one, other) => one - other);
  return pixel;
}

function pathOf(xs, ys, toX, toY, steps) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < ys.length; i += 1) {
    const x = toX(xs[i]);
    const y = toY(ys[i]);
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = "M"; continue; }
    if (steps && pen === "L") path += `H${x.toFixed(1)}V${y.toFixed(1)}`;
    else path += `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
    pen = "L";
  }
  return path;
}

function drawTrack(trace, track, layout, size, clip) {
  const toX = scale(layout, trace.xaxis ?? "x", size);
  const toY = scale(layout, trace.yaxis ?? "y", size);
  const group = drawn("g", trace.cliponaxis === false ? {} : { "clip-path": `url(#${clip})` });
  const lines = trace.mode.includes("lines");
  const area = trace.fill ? group.appendChild(drawn("path", { fill: trace.fillcolor, stroke: "none" })) : null;
  const line = lines && group.appendChild(drawn("path", {
    fill: "none", stroke: trace.line.color, "stroke-width": trace.line.width ?? 2,
    "stroke-dasharray": trace.line.dash && trace.line.dash !== "solid" ? trace.line.dash.replaceAll("px", "") : "none",
  }));
  const bars = trace.error_y?.array ? drawn("path", { stroke: trace.error_y.color, "stroke-width": 1.2 }) : null;
  if (bars) group.append(bars);
  let sizes = trace.mode.includes("markers") ? trace.marker.size : [];
  if (!Array.isArray(sizes)) sizes = Array(track.y(0).length).fill(sizes);
  const colors = trace.marker?.color;
  const open = trace.marker?.symbol === "circle-open";
  const dots = Array.from(sizes, (diameter, at) => diameter > 0 && group.appendChild(drawn("circle", {
    r: diameter / 2,
    fill: open ? "none" : Array.isArray(colors) ? colors[at] : colors,
    stroke: open ? (Array.isArray(colors) ? colors[at] : colors) : "none",
    "stroke-width": 1.5,
  })));
  const still = track.x ? null : trace.x;
  const label = trace.meta?.unit ? group.appendChild(drawn("text", { class: "dv-stem" })) : null;
  const steps = trace.line?.shape === "hv";
  const update = (index) => {
    const xs = still ?? track.x(index);
    const ys = track.y(index);
    if (line) line.setAttribute("d", pathOf(xs, ys, toX, toY, steps));
    if (bars) {
      const ends = trace.error_y.array.map((error, at) => [toX(xs[at]), toY(ys[at] - error), toY(ys[at] + error)]);
      bars.setAttribute("d", ends.filter((all) => all.every(Number.isFinite))
        .map(([x, low, high]) => `M${x.toFixed(1)},${low.toFixed(1)}V${high.toFixed(1)}`).join(""));
    }
    if (area) {
      const base = toY(0).toFixed(1);
      const outline = pathOf(xs, ys, toX, toY, steps);
      area.setAttribute("d", outline && `${outline}V${base}H${toX(xs[0]).toFixed(1)}Z`);
    }
    if (label) {
      const head = ys.length - 1;
      const known = Number.isFinite(ys[head]);
      label.textContent = known ? `${Math.round(ys[head])}${trace.meta.unit}` : "";
      if (known) {
        const x = toX(xs[head]);
        const off = sizes[head] / 2 + 4;
        const left = x + LABEL_ROOM > toX.ends[1]; // no room on the right: it would lie on the next panel
        label.setAttribute("text-anchor", left ? "end" : "start");
        label.setAttribute("x", (left ? x - off : x + off).toFixed(1));
        label.setAttribute("y", (toY(ys[head]) + 4).toFixed(1));
      }
    }
    dots.forEach((dot, at) => {
      if (!dot) return;
      const x = toX(xs[at]);
      const y = toY(ys[at]);
      const visible = Number.isFinite(x) && Number.isFinite(y);
      dot.setAttribute("visibility", visible ? "visible" : "hidden");
      if (visible) { dot.setAttribute("cx", x.toFixed(1)); dot.setAttribute("cy", y.toFixed(1)); }
    });
  };
  return { group, update, box: [toX.ends, toY.ends] };
}

// Titles and direct labels, which Plotly would measure one by one. Plotly's words for where they stand: on the paper or
// in the units of an axis, with a thin line that leads from the label to its curve.
function drawNote(note, layout, size) {
  const { l, r, t, b } = layout.margin;
  const across = { paper: (x) => l + x * (size.width - l - r) };
  const up = { paper: (y) => t + (1 - y) * (size.height - t - b) };
  const place = (reference, value, paper) => {
    if (reference === "paper") return paper(value);
    const axis = layout[axisName(reference)];
    return scale(layout, reference, size)(axis.type === "log" ? 10 ** value : value);
  };
  const x = place(note.xref, note.showarrow ? note.ax : note.x, across.paper);
  const y = place(note.yref, note.showarrow ? note.ay : note.y, up.paper);
  const group = drawn("g", { class: "annotation" });
  const { color, size: type } = note.font;
  if (note.showarrow) {
    const tip = [place(note.xref, note.x, across.paper), place(note.yref, note.y, up.paper)];
    // The line begins at the label's edge, not in its middle.
    const edge = y + Math.sign(tip[1] - y) * 0.6 * type;
    const path = drawn("path", { d: `M${x.toFixed(1)},${edge.toFixed(1)}L${tip[0].toFixed(1)},${tip[1].toFixed(1)}`, fill: "none" });
    path.style.stroke = note.arrowcolor;
    group.append(element(drawn("g", { class: "annotation-arrow-g" }), {}, [path]));
  }
  const bold = note.text.startsWith("<b>");
  const [anchor, off] = { left: ["start", 2], center: ["middle", 0], right: ["end", -2] }[note.xanchor ?? "center"];
  const text = drawn("text", {
    x: (x + off).toFixed(1), y: (y + ({ bottom: -0.3, top: 1.0 }[note.yanchor] ?? 0.35) * type).toFixed(1),
    "text-anchor": anchor, "font-size": type, "font-weight": bold ? 700 : 400,
  });
  text.style.fill = color;
  text.style.whiteSpace = "pre";
  text.textContent = plainText(note.text);
  group.append(element(drawn("g", { class: "annotation-text-g" }), {}, [text]));
  return group;
}

// One SVG over the figure; returns what moves it all to a rate.
function drawTracks(svg, payload, tracks, layout, size) {
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  const clips = drawn("defs");
  const parts = tracks.map((track) => {
    clipCount += 1;
    const clip = `dv-clip-${clipCount}`;
    const part = drawTrack(payload.figure.data[track.trace], track, layout, size, clip);
    const [[left, right], [top, bottom]] = part.box;
    const frame = { x: left, y: top, width: right - left, height: bottom - top };
    clips.append(element(drawn("clipPath", { id: clip }), {}, [drawn("rect", frame)]));
    return part;
  });
  const notes = (layout.annotations ?? []).map((note) => drawNote(note, layout, size));
  svg.replaceChildren(clips, ...parts.map(({ group }) => group), ...notes);
  return (index) => { for (const { update } of parts) update(index); };
}

// What Plotly draws: axes, and the traces that stand still. It leaves out an axis without traces, so an axis whose
// traces are all ours gets an empty one; an axis that nobody sees is left out. Every trace less is a millisecond less.
function stillPart(payload, tracks, layout) {
  const moving = new Set(tracks.map(({ trace }) => trace));
  const still = payload.figure.data.filter((trace, at) => !moving.has(at));
  const axesOf = ({ xaxis = "x", yaxis = "y" }) => `${xaxis} ${yaxis}`;
  const alive = new Set(still.map(axesOf));
  for (const [at, trace] of payload.figure.data.entries()) {
    const axes = axesOf(trace);
    if (!moving.has(at) || alive.has(axes) || layout[axisName(trace.yaxis ?? "y")].visible === false) continue;
    alive.add(axes);
    still.push({ type: "scatter", mode: "lines", x: [null], y: [null], xaxis: trace.xaxis, yaxis: trace.yaxis });
  }
  const seen = Object.entries(layout).filter(([, part]) => part?.visible !== false);
  return [still, { ...Object.fromEntries(seen), annotations: [] }];
}

// The whole figure at one rate, for saving: what Plotly draws and what we draw.
const figureAt = (payload, tracks, layout, index) => ({
  data: payload.figure.data.map((trace, at) => {
    const track = tracks.find((one) => one.trace === at);
    if (!track) return trace;
    return { ...trace, y: Array.from(track.y(index)), ...(track.x ? { x: Array.from(track.x(index)) } : {}) };
  }),
  layout,
});

// ---- the whole ----------------------------------------------------------------------------------------------------

function skeleton(root) {
  const play = element("button", { type: "button", class: "dv-play", "aria-label": "Play: sweep the slider" });
  const range = element("input", { type: "range", class: "dv-range", min: 0, step: 1 });
  const label = element("label", { class: "dv-label" });
  const value = element("output", { class: "dv-value", "aria-live": "off" }); // or every step is read out
  const keep = element("span", { class: "dv-keep" });
  const bar = element("div", { class: "dv-bar" }, [play, label, value, range, keep]);
  // The picture is one image with a text; Plotly's own SVGs are hidden from screen readers, its buttons are not.
  const moving = drawn("svg", { class: "dv-moving", role: "img" });
  const plot = element("div", { class: "dv-still" });
  const tables = element("div", { class: "dv-tables", role: "region", tabindex: 0, "aria-label": "data of the figure" });
  const data = element("details", { class: "dv-data" }, [element("summary", {}, ["The data as a table"]), tables]);
  const parts = {
    play, range, label, value, keep, bar, plot, moving, data, tables,
    head: element("div", { class: "dv-head" }),
    figure: element("div", { class: "dv-plot" }, [plot, moving]),
    foot: element("div", { class: "dv-foot" }),
    status: element("p", { class: "dv-status", "aria-live": "polite" }),
  };
  const id = `dv-range-${Math.random().toString(36).slice(2)}`;
  range.id = id;
  label.htmlFor = id;
  value.htmlFor = id;
  root.replaceChildren(bar, parts.head, parts.figure, parts.foot, data, parts.status);
  return parts;
}

// `plotly` is Plotly or a promise of it: everything of ours is drawn while the library is still on its way.
export function mount(root, firstPayload, firstRate, plotly, onCommit = () => {}) {
  const parts = skeleton(root);
  const { play, range } = parts;
  let payload, tracks, texts, links, units, layout, index, committed;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let move = () => {};
  let frame = 0;
  let playing = 0;
  let commitTimer = 0;
  let tableTimer = 0;
  let plotted = "";

  const tabulate = () => {
    const valuesAt = (at) => {
      const track = tracks.find(({ trace }) => trace === at);
      const { x, y } = payload.figure.data[at];
      return track ? { x: track.x ? track.x(index) : numbers(x), y: track.y(index) } : { x: numbers(x), y: numbers(y) };
    };
    parts.tables.replaceChildren(...dataTables(payload, valuesAt));
  };

  const tabulateSoon = () => { // not at every step of a drag
    clearTimeout(tableTimer);
    tableTimer = setTimeout(tabulate, 200);
  };

  parts.data.addEventListener("toggle", () => (parts.data.open ? tabulate() : parts.tables.replaceChildren()));

  const paint = () => {
    const rate = payload.rates[index];
    const [value, note] = payload.readouts?.[index] ?? [rate.toFixed(2), `keep ${(1 - rate).toFixed(2)}`];
    parts.value.textContent = value;
    parts.keep.textContent = note;
    range.setAttribute("aria-valuetext", payload.readouts ? `${payload.label} ${value}, ${note}` : `${payload.label} ${value}`);
    for (const [node, values] of texts) node.textContent = values[index];
    for (const link of links) link.search = `?rate=${rate}`;
    for (const update of units) update(index);
    move(index);
    if (parts.data.open) tabulateSoon();
    root.dispatchEvent(new CustomEvent("dv-drawn", { detail: { rate: payload.rates[index] } }));
  };

  // Steps that arrive before the display's next frame replace one another: the newest is drawn.
  const go = (next) => {
    index = Math.max(0, Math.min(payload.rates.length - 1, next));
    range.value = index;
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; paint(); });
  };

  const commit = (delay = 0) => {
    clearTimeout(commitTimer);
    commitTimer = setTimeout(() => {
      if (committed === payload.rates[index]) return;
      committed = payload.rates[index];
      parts.status.textContent = payload.texts.summary ? payload.texts.summary[index] : "";
      onCommit(committed);
    }, delay);
  };

  const stop = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    play.classList.remove("dv-playing");
    play.setAttribute("aria-label", "Play: sweep the slider");
  };

  const start = () => {
    const last = payload.rates.length - 1;
    const from = index >= last ? 0 : index;
    const began = performance.now();
    play.classList.add("dv-playing");
    play.setAttribute("aria-label", "Pause");
    const tick = (now) => {
      const elapsed = Math.max(0, now - began);
      const next = calm.matches
        ? nearest(payload.rates[from] + payload.leap * Math.floor(elapsed / CALM_STEP_MS))
        : Math.min(last, from + Math.floor((elapsed / FULL_SWEEP_MS) * last));
      if (next !== index) go(next);
      if (next < last) playing = requestAnimationFrame(tick);
      else { stop(); commit(); }
    };
    playing = requestAnimationFrame(tick);
  };

  const toggle = () => {
    if (playing) { stop(); commit(); } else start();
  };

  const nearest = (rate) => {
    const gaps = payload.rates.map((one) => Math.abs(one - rate));
    return gaps.indexOf(Math.min(...gaps));
  };

  const jump = (difference) => {
    stop();
    go(nearest(payload.rates[index] + difference));
    commit(150);
  };

  range.addEventListener("input", () => { stop(); go(Number(range.value)); });
  range.addEventListener("change", () => commit(150)); // keys fire one change each: wait for the last
  range.addEventListener("keydown", (event) => {
    const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!direction || !event.shiftKey) return;
    event.preventDefault();
    jump(direction * payload.leap);
  });
  play.addEventListener("click", toggle);

  const drawFigure = async () => {
    const width = parts.figure.clientWidth;
    if (!width) return; // hidden: the observer calls again when there is room
    layout = { ...layoutFor(payload, width), width };
    const size = { width, height: layout.height };
    parts.figure.style.height = `${size.height}px`;
    move = drawTracks(parts.moving, payload, tracks, layout, size);
    paint();
    const [still, shown] = stillPart(payload, tracks, layout);
    const picture = JSON.stringify([still, shown, size.width]);
    if (picture === plotted) return; // another draw, the same curves: Plotly has nothing to do
    plotted = picture;
    const Plotly = await plotly;
    if (picture !== plotted) return; // while we waited, a newer figure came
    await Plotly.react(parts.plot, structuredClone(still), structuredClone(shown), toolbar(
      Plotly, () => ({ ...figureAt(payload, tracks, layout, index), size }),
    ));
    for (const svg of parts.plot.querySelectorAll(".main-svg")) svg.setAttribute("aria-hidden", "true");
  };

  let drawnWidth = 0;
  const watcher = new ResizeObserver(() => {
    if (parts.figure.clientWidth === drawnWidth) return;
    drawnWidth = parts.figure.clientWidth;
    drawFigure();
  });

  const show = async (newPayload, rate) => {
    payload = newPayload;
    for (const { trace } of payload.tracks) {
      const ours = payload.figure.data[trace];
      ours.x = numbers(ours.x);
      if (ours.error_y) ours.error_y.array = numbers(ours.error_y.array);
    }
    tracks = payload.tracks.map(({ trace, x, y }) => ({ trace, x: decode(x), y: decode(y) }));
    index = nearest(rate);
    committed = payload.rates[index];
    range.max = payload.rates.length - 1;
    range.value = index;
    parts.label.textContent = payload.label;
    // The widest value keeps its room, so that the slider does not move under the pointer.
    const widest = Math.max(0, ...(payload.readouts ?? []).map(([value]) => value.length));
    parts.value.style.minWidth = payload.readouts ? `${widest}ch` : "";
    if (parts.head.innerHTML !== payload.head) parts.head.innerHTML = payload.head;
    if (parts.foot.innerHTML !== payload.foot) parts.foot.innerHTML = payload.foot;
    parts.moving.setAttribute("aria-label", payload.alt);
    texts = [...root.querySelectorAll("[data-text]")].map((node) => [node, payload.texts[node.dataset.text]])
      .filter(([, values]) => values);
    links = root.querySelectorAll("a[data-takes-rate]"); // to other pages, which shall open at this rate
    units = payload.unitRows.flatMap((row) =>
      [...root.querySelectorAll(`svg[data-units="${row.name}"]`)].map((svg) => drawUnits(svg, payload, row)));
    drawnWidth = parts.figure.clientWidth;
    await drawFigure();
    root.dataset.ready = "true";
  };

  const ready = show(firstPayload, firstRate).then(() => watcher.observe(parts.figure));
  return {
    ready,
    replace: (newPayload) => show(newPayload, payload.rates[index]),
    set: (rate) => { stop(); go(nearest(rate)); committed = payload.rates[index]; },
    jump,
    toggle,
    destroy: () => {
      stop();
      cancelAnimationFrame(frame);
      clearTimeout(commitTimer);
      clearTimeout(tableTimer);
      watcher.disconnect();
      Promise.resolve(plotly).then((Plotly) => Plotly.purge(parts.plot));
    },
  };
}

// ---- in the app ---------------------------------------------------------------------------------------------------

const mounted = new WeakMap();

// What arrives are bytes: a line of JSON that is new on every rerun, then the figure's JSON, read only where it changed.
const unpack = (bytes) => {
  const end = bytes.indexOf(10);
  const text = (from, to) => JSON.parse(new TextDecoder().decode(bytes.subarray(from, to)));
  return [text(0, end), () => text(end + 1)];
};

// Called on every rerun of the page: mounts once, then only passes on what is new.
export default function (component) {
  const { parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".dv");
  const [head, payload] = unpack(component.data);
  // A page just opened has a bare address: put its settings there without another step in the browser's history.
  if (head.replace) {
    const query = new URLSearchParams(head.replace);
    for (const [name, value] of new URLSearchParams(location.search)) if (name.startsWith("embed")) query.append(name, value);
    history.replaceState(history.state, "", `${location.pathname}?${query}`);
  }
  const state = mounted.get(root);
  if (!state) {
    const commit = (rate) => setStateValue("rate", rate);
    const live = mount(root, payload(), head.rate, loadPlotly(head.plotly), commit);
    mounted.set(root, { version: head.version, arrival: head.arrival, live });
  } else {
    if (state.version !== head.version) state.live.replace(payload());
    if (state.arrival !== head.arrival) state.live.set(head.rate);
    Object.assign(state, { version: head.version, arrival: head.arrival });
  }
  return () => {
    const { live } = mounted.get(root) ?? {};
    if (!live || root.isConnected) return;
    mounted.delete(root);
    live.destroy();
  };
}
