/**
 * A decision of a person about a row, as one line of JSON in a file that only grows. A line that can't be read is passed over
 * and counted: whoever was killed in the middle of one leaves a torn end, and nothing else is lost by it.
 */
import type { RowName } from "#dsl/types/row-name.js";

/** One label, or all that a text has. */
export type Label = string | readonly string[];

/** Which row is meant, wherever it stands by now: its texts, and which of the rows with these texts it is. */
export interface RowIdentity {
  /** Hash of the row's texts as the source has them. */
  readonly text: string;
  /** From 1. */
  readonly nth: number;
}
export interface Line extends RowIdentity {
  /** Where it stood. */
  readonly row: RowName;
  /** Whose values are decided on. */
  readonly column: string;
  /** `undo` takes back the annotator's last decision on the row. */
  readonly does: "label" | "skip" | "drop" | "undo";
  /** What the source says; null: nothing. */
  readonly before: Label | null;
  /** Of `label` alone. */
  readonly after?: Label;
  readonly annotator: string;
  /** ISO 8601. */
  readonly at: string;
  /** What the model said, where one did. */
  readonly suggested?: Label;
  /** Why the row was asked about. */
  readonly why: string;
}
export interface Lines {
  readonly lines: readonly Line[];
  /** Numbers of lines that can't be read, from 1. */
  readonly unread: readonly number[];
}

export function linesIn(text: string): Lines {
  const lines: Line[] = [];
  const unread: number[] = [];
  for (const [i, written] of text.split("\n").entries()) {
    if (written.trim() === "") continue;
    const line = lineIn(written);
    if (line) lines.push(line);
    else unread.push(i + 1);
  }
  return { lines, unread };
}

/** Whole, with its end. */
export function writtenLine(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

export function sameLabel(a: Label | null, b: Label | null): boolean {
  return a === b || (a !== null && b !== null && nameOf(a) === nameOf(b));
}
/** The same text for the same label, or the same labels in any order. */
export function nameOf(label: Label): string {
  return typeof label === "string" ? JSON.stringify(label) : JSON.stringify([...label].sort());
}

const does: ReadonlySet<unknown> = new Set(["label", "skip", "drop", "undo"]);

function lineIn(written: string): Line | null {
  let found: Partial<Record<keyof Line, unknown>> | null;
  try {
    found = JSON.parse(written) as typeof found;
  } catch {
    return null;
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
  const texts = [found.text, found.column, found.annotator, found.at, found.why];
  const whole =
    texts.every((value) => typeof value === "string") &&
    (typeof found.row === "number" || typeof found.row === "string") &&
    Number.isInteger(found.nth) &&
    Number(found.nth) > 0 &&
    does.has(found.does) &&
    (found.before === null || isLabel(found.before)) &&
    (found.does !== "label" || isLabel(found.after)) &&
    (found.suggested === undefined || isLabel(found.suggested));
  return whole ? (found as Line) : null;
}

function isLabel(value: unknown): value is Label {
  return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
}
