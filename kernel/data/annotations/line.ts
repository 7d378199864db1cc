/**
 * A decision of a person about a row, as one line of JSON in a file that only grows. A line that can't be read is passed over
 * and counted: whoever was killed in the middle of one leaves a torn end, and nothing else is lost by it.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { RowName } from "#dsl/language/types/row-name.js";

/** One label, or all that a text has. */
export type AnnotationLabel = string | readonly string[];

/** Which row is meant, wherever it stands by now: its texts, and which of the rows with these texts it is. */
export interface RowIdentity {
  /** Hash of the row's texts as the source has them. */
  readonly text: string;
  /** From 1. */
  readonly nth: number;
}
export interface AnnotationLine extends RowIdentity {
  /** Where it stood. */
  readonly row: RowName;
  /** Whose values are decided on. */
  readonly column: string;
  /** `undo` takes back the annotator's last decision on the row. */
  readonly does: "label" | "skip" | "drop" | "undo";
  /** What the source says; null: nothing. */
  readonly before: AnnotationLabel | null;
  /** Of `label` alone. */
  readonly after?: AnnotationLabel;
  readonly annotator: string;
  /** ISO 8601. */
  readonly at: string;
  /** What the model said, where one did. */
  readonly suggested?: AnnotationLabel;
  /** Why the row was asked about. */
  readonly why: string;
}
export interface AnnotationLines {
  readonly lines: readonly AnnotationLine[];
  /** Numbers of lines that can't be read, from 1. */
  readonly unread: readonly number[];
}

export function parseAnnotationLines(text: string): AnnotationLines {
  const lines: AnnotationLine[] = [];
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
export function serializeAnnotationLine(line: AnnotationLine): string {
  return `${JSON.stringify(line)}\n`;
}

export function isSameLabel(a: AnnotationLabel | null, b: AnnotationLabel | null): boolean {
  return a === b || (a !== null && b !== null && labelKey(a) === labelKey(b));
}
/** The same text for the same label, or the same labels in any order. */
export function labelKey(label: AnnotationLabel): string {
  return typeof label === "string" ? JSON.stringify(label) : JSON.stringify([...label].sort());
}

const does: ReadonlySet<unknown> = new Set(["label", "skip", "drop", "undo"]);

function lineIn(written: string): AnnotationLine | null {
  let found: unknown;
  try {
    found = JSON.parse(written);
  } catch {
    return null;
  }
  return isLine(found) ? found : null;
}

function isLine(found: unknown): found is AnnotationLine {
  if (!isRecord(found)) return false;
  const line: Partial<Record<keyof AnnotationLine, unknown>> = found;
  return (
    [line.text, line.column, line.annotator, line.at, line.why].every((value) => typeof value === "string") &&
    (typeof line.row === "number" || typeof line.row === "string") &&
    Number.isInteger(line.nth) &&
    Number(line.nth) > 0 &&
    does.has(line.does) &&
    (line.before === null || isLabel(line.before)) &&
    (line.does !== "label" || isLabel(line.after)) &&
    (line.suggested === undefined || isLabel(line.suggested))
  );
}

function isLabel(value: unknown): value is AnnotationLabel {
  return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
}
