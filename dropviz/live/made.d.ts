// What the scripts make of what Python sends (`types.d.ts`), and the page's nodes, by name.

/** Numbers that were read have their values. */
interface Numbers { values?: Float32Array; }

/** A function from a value to its pixel; `ends` are the pixels of the axis, rising, `value` leads back. */
interface Scale { (value: number): number; ends: [number, number]; value(pixel: number): number; }

/** A panel that is drawn: its scales, what moves its marks to a place of the slider, and what reads them at a place. */
interface Drawn { toX: Scale; toY: Scale; move(index: number): void; say(x: number, index: number): Saying[]; }

/** What many marks have in common. */
interface Look { name: string; color?: string; width?: number; dashed?: boolean; dash?: Path["dash"]; }

/** What a tip says of a mark, in words. */
type Saying = [Look, string];

/**
 * Where marks are drawn: the places of the slider, the scales, pixels a unit of length, a node of the picture, and at this
 * place how many lines are above and below it, and how far down the words of its stems reach,
 * right and left of them.
 */
interface Room {
  places: number[]; toX: Scale; toY: Scale; unit: number; node: SVGElement; beyond: { up: number, down: number };
  said: { start: number, end: number };
}

/** A mark that is drawn: `above` stands over all marks, `nodes` among them. */
interface DrawnMark {
  nodes: SVGElement[]; above?: SVGElement; move(index: number): void; say(x: number, index: number): Saying[];
}

/** What draws each kind of mark. */
type Drawers = { [Kind in Mark["mark"]]: (mark: Extract<Mark, { mark: Kind }>, room: Room) => DrawnMark };

/** A place in the window. */
interface Spot { clientX: number; clientY: number; }

// ---- the page's nodes ----

/** What takes hold of a panel, and what it holds. */
interface Grip extends HTMLElement { held?: { panel: Panel; drawnPanel: Drawn }; holding?: boolean; }

interface PanelNodes {
  figure: HTMLElement & { nodes?: PanelNodes }; caption: HTMLElement; svg: SVGSVGElement; here: SVGSVGElement;
  grip: Grip; box: HTMLElement; opener?: HTMLButtonElement; width?: number;
  handles?: HTMLElement[]; knotted?: { panel: Panel; toY: Scale };
}

/** The grid of panels; `shape` is what its nodes were built for. */
interface Picture extends HTMLElement { shape?: string; nodes?: PanelNodes[]; }

/** What panels share: the tip, the menu, and where a screen reader hears what was done. */
interface SharedParts { picture: Picture; tip: HTMLElement; menu: HTMLElement; status: HTMLElement; }

interface Parts extends SharedParts {
  play: HTMLButtonElement; range: HTMLInputElement; label: HTMLElement; value: HTMLElement; keep: HTMLElement;
  tables: HTMLElement; data: HTMLDetailsElement; lead: HTMLElement; head: HTMLElement; foot: HTMLElement;
}

/**
 * The bars of a phase: what they are, their lengths before any falls, those that fall in their order; the exact mean, and
 * where a value stands, as a share of the height.
 */
interface Phase {
  stand: HTMLElement; isTest: boolean; columns: HTMLElement[]; outputs: number[]; lengths: string[]; fallOrder: number[];
  factor: number; keep: number; mean: number; level(value: number): number;
}

// ---- what is live ----

/** What a hand does: go to a place, let go, make a step or a leap (direction 1 or −1). */
interface Hand { go(index: number): void; release(): void; step(direction: number, leaps: boolean): void; }

/** What a panel knows of the figure around it; one that grows has no slider, and so no hand. */
interface Surroundings {
  root: HTMLElement; parts: SharedParts; index: number; plotly: string[]; hand?: Hand;
  payload: Pick<Payload, "rates" | "label"> & Partial<Payload>;
}

/** What a hand has made of knots: their place → the rate. */
type Moved = Record<string, number>;

/** What a page makes of a live figure (`mount`). */
interface Settings {
  onCommit?(rate: number): void; onChoose?(name: string): void; onMove?(moved: Moved): void; onUnfold?(): void; chosen?: string; plotly?: string[];
}

/** What the style sheet says of a picture: the pixels of a unit, and how many a panel may be tall, NaN if it does not. */
interface Sizes { unit: number; tallest: number; }

/**
 * A live figure: `payload` is the `whole` with its chosen variant, `committed` is the rate that was told last, `shown` the panels as they are drawn now, `moving` the frame
 * of a picture on its way, `fitted` the longest words that have their place.
 */
interface Live extends Surroundings {
  parts: Parts; whole: Payload; payload: Payload; committed: number; shown: Panel[]; drawn: Drawn[]; width: number; sizes: Sizes; moving: number; tableTimer: number; fitted: string;
  moveBlocks(index: number): void; movePicture(index: number): void; onMove?(moved: Moved): void; onUnfold(): void;
}

/** A live figure as its page holds it. */
interface Mounted {
  live: Live; replace(payload: Payload): void; choose(name: string): void; redraw(): void; set(rate: number): void; toggle(): void; destroy(): void;
}

/** Charts that grow: each a panel and what it shows, in words. */
interface Chart { panel: Panel; alt: string; }
interface Growing extends HTMLElement { charts?: Chart[]; live?: Surroundings; }

// ---- the story ----

interface PossibleAnswer { text: string; right: boolean; }
/** `line` and `shown` are "" and `value` null where nothing is computed. */
interface Question {
  text: string; line: string; value: number; shown: string; options: PossibleAnswer[];
  drag: { rate: number; within: number } | null;
}
/** What of a picture waits for the reveal: nothing, all of it, or what stands in ink. */
type Veil = "" | "all" | "means";
/** `sentence`, `reveal` and the question's text may hold marked words, which `terms` explain. A scene without `picture` and `image` is text; the `ending`, which the browser adds, is the result. */
interface Scene {
  title: string; sentence: string; notes: string; reveal: string; veil: Veil; question: Question | null;
  picture: Payload | null; image: { address: string; alt: string } | null;
  terms: Record<string, string>; ending?: boolean;
  link?: string; qr?: string; public?: string;
}
interface Story { title: string; scenes: Scene[]; }

type Mode = "page" | "talk" | "notes";
/** `keptAs` names the answers of this window, `hall` is what a phone is in, `room` where a talk can open one. */
interface StorySettings {
  scene: number; mode: Mode; leave?: boolean; plotly?: string[]; onScene?(number: number): void;
  onMode?(mode: Mode): void; keptAs?: string; hall?: Hall; room?: RoomPlace;
}

/** `stepped`: revealed by a step forward, which a step back undoes. */
interface Answer { revealed: boolean; stepped: boolean; chosen: number | null; guess: number | null; }
/** A picture that is drawn; an image has a box alone. */
interface ScenePicture { box: HTMLElement; dv?: HTMLElement; live?: Mounted; guess?: { point: HTMLElement; place(): void }; }

/** What the notes window shows of a scene; `count` are the places of the talk, `scenes` those without the result. */
interface Tale {
  title: string; sentence: string; notes: string; reveal: string; count: number; scenes: number; next: string;
  ask: string; answer: string; ending: boolean;
}
/** Where the talk is: its scene, whether that is revealed, whether the screen is dark. */
interface Place { scene: number; revealed: boolean; dark: boolean; }
interface Notes {
  answered: boolean; noted: { at: number; count: number }; show(place: Place, told: Tale, room?: RoomNow | null): void; destroy(): void;
}

type Ask = "hello" | "reveal" | "forward" | "back" | "dark" | "scene";
/** What the windows of a talk say to one another. */
interface Message extends Partial<Place> { ask?: Ask; told?: Tale; room?: RoomNow | null; dropviz?: true; from?: number; number?: number; }

interface StoryParts {
  body: HTMLElement; count: HTMLButtonElement; title: HTMLElement; sentence: HTMLElement; ask: HTMLElement; options: HTMLElement;
  verdict: HTMLElement; result: HTMLElement; pictures: HTMLElement; tools: HTMLElement; notes: HTMLElement; status: HTMLElement;
  open: HTMLAnchorElement; back: HTMLButtonElement; next: HTMLButtonElement; reveal: HTMLButtonElement;
  dialog: HTMLDialogElement; dark: HTMLElement; hall: HTMLButtonElement;
}

/** What a person points with. */
type Tool = "" | "laser" | "pen";
interface Pointing { choose(tool: Tool): void; erase(): void; destroy(): void; }

/** What a person can do; `forward` reveals, then goes on; `back` takes that back. */
interface Acts {
  forward(): void; back(): void; move(by: number): void; show(at: number, quiet?: boolean): void;
  reveal(fromOption?: boolean): void; restart(): void; darken(): void; setMode(mode: Mode, quiet?: boolean): void;
}

/** A story that is told. */
interface Talk {
  root: HTMLElement; scenes: Scene[]; mode: Mode; current: number; settings: StorySettings; answers: Answer[];
  pictures: ScenePicture[]; idle: number; destroyed: boolean; notes: Notes | null; notesWindow: Window | null;
  act: Acts; parts: StoryParts; line: { send(message: Message): void; close(): void }; watcher: ResizeObserver;
  pointing: Pointing; keptAs?: string; hall: Hall | null; room: TalkRoom | null;
}
/** What answers are kept of. */
type Answering = Pick<Talk, "scenes" | "answers" | "mode" | "keptAs">;

// ---- the hall ----

/** How the line to a room stands. */
type LineState = "connecting" | "there" | "lost" | "full" | "closed";
/** Votes by option, or by bin of an axis, and how many of these are right. */
type Counts = number[] | { low: number; high: number; log: boolean; bins: number[]; right: number };
/** What a room says at every change; `counts` after the reveal, and always to its lecturer. */
interface HallState { scene: number; revealed: boolean; rate: number | null; present: number; answered: number; counts?: Counts; }
interface Vote { scene: number; voter: string; option?: number; value?: number; }
/** What became of a vote. */
type Outcome = "in" | "late" | "again" | "refused";
/**
 * What a story asks of its hall: whether the reveal of scene `at` is the lecturer's, and how all have answered; and what
 * it says: that an answer was given, that the talk is elsewhere.
 */
interface Hall { holds(at: number): boolean; counts(at: number): Counts | null; answered(at: number): void; moved(): void; }
/** The predictions of a hall beside the truth, as shares of the axis and of the highest heap. */
interface Strip { heights: number[]; truth: number; shown: string; right: number[]; ticks: { text: string; place: number }[]; }
/** What the votes come to: a share of each option, or a strip and what is said of it. */
interface Tally { shares: number[]; said: string; strip: Strip | null; }
/** What decides what a phone is told. */
interface Whereabouts {
  line: LineState; away: boolean; state: HallState | null; at: number; question: Question | null; answer?: Answer; outcome?: Outcome;
  waits: boolean; places?: number;
}
/** What the screen and the notes say of a room: where phones find it, who is there, how they have answered. */
interface RoomNow { code: string; phones: string; qr: string; lost: boolean; said: string; options: PossibleAnswer[]; tally: Tally | null; }
interface TalkRoom { open(): Promise<boolean>; resume(): void; close(): Promise<unknown>; reach(typed: string): boolean; isLost(): boolean; end(): void; now(): RoomNow | null; }
/** Where a talk can open a room: the address of the server's rooms, and as phones find them; the story, and its scenes in order. */
interface RoomPlace { address: string; phones: string; story: string; order: string; }

// ---- Streamlit and Plotly ----

interface StoryData { story: Story; scene: number; mode: Mode; version: string; arrival: string; plotly: string[]; room: RoomPlace; }

/** What Streamlit calls a component with. */
interface Component<Data> { data: Data; parentElement: HTMLElement; setStateValue(name: string, value: unknown): void; setTriggerValue?(name: string, value: unknown): void; }

interface PlotlyLibrary {
  newPlot(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  purge(node: HTMLElement): void;
}
interface Window { Plotly?: PlotlyLibrary; }

// ---- the plain folder ----

/** What an address may say of a setting: one of `options`, or a number between two; what it is at `first`; and what is said of anything else. */
interface SiteSetting { options?: string[]; low?: number; high?: number; first: string | number; refused: string; }
/** What a page knows of itself (`html.py`): the keys of what one chooses, and by option of the first its file and its note. */
interface SitePage {
  settings: Record<string, SiteSetting>; choices: string[]; aside: Record<string, string>;
  data: Record<string, string>; notes: Record<string, string>;
}
/** Figures whose fields are numbers of parts (`packing.py`). */
interface PackedFigures { parts: any[]; columns: any[][]; figures: Record<string, Record<string, any>>; }
interface Window { dropviz?(name: string, base64: string): void; }
