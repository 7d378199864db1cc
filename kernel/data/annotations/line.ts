/**
 * A person's decision about a row, as one line of JSON in an append-only file. Unreadable lines are skipped and
 * counted: a process killed during a write leaves an incomplete line, and nothing else is lost.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";

/** One label, or all labels of a text. */
export type AnnotationLabel = string | readonly string[];

/**
 * Identifies a row independently of its position: the hash of its texts, and its index among the rows with the same
 * texts.
 */
export interface RowIdentity {
  /** Hash of the row's texts as read from the source. */
  readonly text: string;
  /** From 1. */
  readonly nth: number;
}
export interface AnnotationLine extends RowIdentity {
  /** The row's position when it was annotated. */
  readonly row: RowIdentifier;
  /** Annotated column. */
  readonly column: string;
  /** `undo` reverts the annotator's last decision on the row. */
  readonly does: "label" | "skip" | "drop" | "undo";
  /** Label in the source; null: none. */
  readonly before: AnnotationLabel | null;
  /** The new label; set only for `label`. */
  readonly after?: AnnotationLabel;
  readonly annotator: string;
  /** ISO 8601. */
  readonly at: string;
  /** The model's prediction, if a model made one. */
  readonly suggested?: AnnotationLabel;
  readonly why: string;
}
export interface ParsedAnnotationLines {
  readonly lines: readonly AnnotationLine[];
  /** Numbers of unreadable lines, from 1. */
  readonly unread: readonly number[];
}

export function parseAnnotationLines(text: string): ParsedAnnotationLines {
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

/** Returns the complete line with its line break. */
export function serializeAnnotationLine(line: AnnotationLine): string {
  return `${JSON.stringify(line)}\n`;
}

export function isSameLabel(a: AnnotationLabel | null, b: AnnotationLabel | null): boolean {
  return a === b || (a !== null && b !== null && labelKey(a) === labelKey(b));
}
/** Returns the same key for the same label, or for the same labels in any order. */
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
