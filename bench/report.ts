import type { Subject } from "./database";
import { median } from "./numbers";

export type Row = {
  what: string;
  unit: string;
  floor: number | null;
  parley: number;
  /** Parley's by the floor's, or by its own as `what` says. */
  ratio: number | null;
  target: string;
  met: boolean | null;
};

/** What a ratio, or where `absolute` Parley's own figure, has to keep to. */
export type Target = { atMost?: number; atLeast?: number; absolute?: boolean };

/** A figure of both; the ratio is the median of the rounds' ratios, each of two runs side by side. */
export function compare<T>(what: string, unit: string, results: Record<Subject, T[]>, figure: (result: T) => number, target?: Target): Row {
  const floor = results.floor.map(figure);
  const parley = results.parley.map(figure);
  const ratio = median(parley.map((value, i) => value / (floor[i] as number)));
  return judged({ what, unit, floor: median(floor), parley: median(parley), ratio }, target);
}

/** A figure before and after something, of each. What is judged is how much Parley's own has changed; the floor's changes too. */
export function against<T>(what: string, unit: string, floor: T, parley: T, figures: (result: T) => [number, number], target: Target): Row {
  const [before, after] = figures(parley);
  const [floorBefore, floorAfter] = figures(floor);
  const itself = `${what} (floor ${(floorAfter / floorBefore).toFixed(2)})`;
  return judged({ what: itself, unit, floor: floorAfter, parley: after, ratio: after / before }, target);
}

/** A figure of Parley's to the same of it otherwise, which has a name; the ratio is the median of the rounds' ratios. */
export function toOther(what: string, unit: string, figures: number[], [name, others]: [string, number[]], target?: Target): Row {
  const ratio = median(figures.map((value, i) => value / (others[i] as number)));
  const itself = `${what} (${name} ${digits(median(others))})`;
  return judged({ what: itself, unit, floor: null, parley: median(figures), ratio }, target);
}

/** A figure that stands for itself. */
export function alone(what: string, unit: string, parley: number, target?: Target): Row {
  return judged({ what, unit, floor: null, parley, ratio: null }, target && { ...target, absolute: true });
}

function judged(row: Omit<Row, "target" | "met">, target?: Target): Row {
  if (!target) return { ...row, target: "", met: null };
  const { atMost, atLeast, absolute } = target;
  const value = absolute || row.ratio === null ? row.parley : row.ratio;
  const met = value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
  const bound = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  return { ...row, target: absolute || row.ratio === null ? `${bound} ${row.unit}`.trim() : `${bound} ×`, met };
}

export function heading(): string {
  return table(["", "unit", "floor", "Parley", "ratio", "target", "met"]) + table(["---", "---", "---:", "---:", "---:", "---", "---"]);
}

/** A row of a Markdown table, in columns that a terminal shows too. */
export function line({ what, unit, floor, parley, ratio, target, met }: Row): string {
  return table([
    what,
    unit,
    digits(floor),
    digits(parley),
    ratio === null ? "" : ratio.toFixed(2),
    target,
    met === null ? "" : met ? "yes" : "**no**",
  ]);
}

const WIDTHS = [62, 8, 8, 8, 6, 10, 6];

function table(cells: string[]): string {
  return `| ${cells.map((cell, i) => (i === 0 || i === 1 || i > 4 ? cell.padEnd(WIDTHS[i] as number) : cell.padStart(WIDTHS[i] as number))).join(" | ")} |\n`;
}

function digits(value: number | null): string {
  if (value === null) return "";
  return value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
