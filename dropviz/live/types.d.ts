// What Python sends, field by field as `panels.py`, `words.py` and `figure.py` write it; a test holds them together.

/** float32 in base64: `points` numbers a row; one row, or one a place of the slider. */
interface Numbers { points: number; data: string; }

type Style = "plain" | "strong" | "emphasis" | "code" | "small" | "mistake";
interface LiveText { span: "LiveText"; name: string; style: Style; }
interface Styled { span: "Styled"; text: string; style: Style; }
interface Key { span: "Key"; label: string; color: string; dashed: boolean; }
interface Swatch { span: "Swatch"; }
interface Link { span: "Link"; address: string; words: string; }
interface PageLink { span: "PageLink"; address: string; words: string; takes_rate: boolean; }
interface Term { span: "Term"; word: string; shown: string; meaning: string; }
interface Picker { span: "Picker"; name: string; label: string; }
type Span = string | LiveText | Styled | Key | Swatch | Link | PageLink | Term | Picker;
type Spans = Span | Span[];

interface Heading { block: "Heading"; spans: Spans; color: string; }
interface Paragraph { block: "Paragraph"; spans: Spans; kind: "" | "muted" | "factor" | "hint" | "finding"; }
interface Quantity { title: string; value: Spans; below: Spans[]; }
interface Quantities { block: "Quantities"; cells: Quantity[]; tight: boolean; }
interface Code { block: "Code"; text: string | LiveText; }
interface Table { block: "Table"; titles: Spans[]; rows: Spans[][]; }
interface Neurons { block: "Neurons"; name: string; }
interface Columns { block: "Columns"; columns: Block[][]; across: number; }
interface Group { block: "Group"; kind: "neurons" | "finding"; blocks: Block[]; color: string; }
interface Option { name: string; title: Spans; note: string; }
interface Options { block: "Options"; label: string; options: Option[]; }
interface Bars { block: "Bars"; of: string; }
interface Fold { block: "Fold"; title: string; blocks: Block[]; }
interface Cells { block: "Cells"; cells: Spans[]; }
type Block = Heading | Paragraph | Quantities | Code | Table | Neurons | Columns | Group | Fold | Options | Bars | Cells;

interface Axis { title: string; low: number; high: number; log: boolean; unit: string; ticks: number[] | null; }

interface Estimate { exact: Numbers; simulated: Numbers | null; error: Numbers | null; }

interface Line {
  mark: "Line"; name: string; color: string; estimate: Estimate; dashed: boolean; width: number; kind: string;
  inside: boolean; turn: number;
  follows: "" | "rate" | "keep" | "last";
}
interface Path {
  mark: "Path"; name: string; color: string; x: Numbers; y: Numbers; dash: "solid" | "dashed" | "dotted";
  width: number; stepped: boolean; filled: boolean; dots: number; spread: Numbers | null;
}
interface Points { mark: "Points"; name: string; color: string; x: Numbers; y: Numbers; size: number; open: boolean; }
interface Stem { mark: "Stem"; name: string; color: string; at: Numbers; share: Numbers; dashed: boolean; said: string | null; }
interface Band { mark: "Band"; name: string; color: string; x: Numbers; low: Numbers; high: Numbers; }
interface Field { mark: "Field"; name: string; colors: [string, string]; x: Numbers; y: Numbers; z: Numbers; }
interface Pixels { mark: "Pixels"; name: string; color: string; x: [number, number]; y: [number, number]; z: Numbers; }
type Mark = Line | Path | Points | Stem | Band | Field | Pixels;

interface Label {
  lines: string[]; color: string; x: number; y: number; tip: [number, number] | null; anchor: "start" | "middle" | "end";
  aside: number;
}
interface Labels { wide: Label[]; narrow: Label[]; }

interface Knots { x: Numbers; y: Numbers; high: number; stepped: boolean; }

interface Panel {
  title: string; x: Axis; y: Axis; marks: Mark[]; height: number; labels: Labels; over: boolean; above: Block[];
  right: number; equal: boolean; knots: Knots | null;
}
interface Row { panels: Panel[]; words: Block[]; fold: string | Cells; open: boolean; beside: boolean; }

interface UnitRow {
  name: string; color: string; train: (number | null)[]; test: (number | null)[];
  train_mean: (number | null)[]; test_mean: (number | null)[];
}

interface Variant { rows: Row[]; texts: Record<string, string[]>; alt: string; }

interface Payload {
  lead: Block[]; variants: Record<string, Variant>; chosen: string;
  rows: Row[]; rates: number[]; start: number; alt: string; texts: Record<string, string[]>;
  terms: Record<string, string>; head: Block[]; foot: Block[];
  units: [number, number][]; unitRows: UnitRow[]; crowd: [number[], number[], number] | null; label: string; readouts: [string, string][] | null; leap: number; more: boolean;
}
