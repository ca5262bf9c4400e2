// What Python sends, field by field as `panels.py` and `figure.py` write it; a test holds them together.

/** float32 in base64: `points` numbers a row; one row, or one a place of the slider. */
interface Numbers { points: number; data: string; }

interface Axis { title: string; low: number; high: number; log: boolean; unit: string; ticks: number[] | null; }

interface Estimate { exact: Numbers; simulated: Numbers | null; error: Numbers | null; }

interface Line {
  mark: "Line"; name: string; color: string; estimate: Estimate; dashed: boolean; width: number; kind: string;
}
interface Path {
  mark: "Path"; name: string; color: string; x: Numbers; y: Numbers; dash: "solid" | "dashed" | "dotted";
  width: number; stepped: boolean; filled: boolean; dots: number; spread: Numbers | null;
}
interface Points { mark: "Points"; name: string; color: string; x: Numbers; y: Numbers; size: number; open: boolean; }
interface Stem { mark: "Stem"; name: string; color: string; at: Numbers; share: Numbers; dashed: boolean; }
interface Band { mark: "Band"; name: string; color: string; x: Numbers; low: Numbers; high: Numbers; }
interface Field { mark: "Field"; name: string; colors: [string, string]; x: Numbers; y: Numbers; z: Numbers; }
type Mark = Line | Path | Points | Stem | Band | Field;

interface Label {
  lines: string[]; color: string; x: number; y: number; tip: [number, number] | null; anchor: "start" | "middle" | "end";
}
interface Labels { wide: Label[]; narrow: Label[]; }

interface Panel {
  title: string; x: Axis; y: Axis; marks: Mark[]; height: number; labels: Labels; over: boolean; above: string;
  right: number; equal: boolean;
}
interface Row { panels: Panel[]; words: string; }

interface UnitRow { name: string; color: string; train: (number | null)[]; test: (number | null)[]; }

interface Payload {
  rows: Row[]; rates: number[]; start: number; alt: string; texts: Record<string, string[]>; head: string; foot: string;
  units: [number, number][]; unitRows: UnitRow[]; label: string; readouts: [string, string][] | null; leap: number;
}

/** A function from a value to its pixel; `ends` are the pixels of the axis, rising, `value` leads back. */
interface Scale { (value: number): number; ends: [number, number]; value(pixel: number): number; }

/** A panel that is drawn: its nodes, its scales, and what moves its marks to a place of the slider. */
interface Drawn { toX: Scale; toY: Scale; move(index: number): void; }
