/**
 * The session of one annotator, independent of the front end: the order of the rows, the decisions and their file. A
 * decision counts once it is written; a failed write is reported and changes nothing.
 */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { AnnotationLabel, AnnotationLine } from "./line.js";
import type { AnnotatedRow } from "./overlay.js";
import type { AnnotationVotes } from "./resolved-decisions.js";

/** A row to annotate, and the reason for its selection. */
export interface RowToAnnotate {
  readonly row: AnnotatedRow;
  readonly why: string;
  /** The model's predicted label and its probability. */
  readonly suggested?: { readonly label: AnnotationLabel; readonly chance: number | null };
}
export interface AnnotationOptions {
  readonly data: string;
  readonly annotator: string;
  /** Annotated column and the labels to choose from; `several`: a text can have several labels. */
  readonly column: string;
  readonly labels: readonly string[];
  readonly several: boolean;
  /** Description of the row order. */
  readonly order: string;
  readonly asks: readonly RowToAnnotate[];
  readonly standing: AnnotationVotes;
  readonly write: (line: AnnotationLine) => void;
  readonly now?: () => Date;
}

export type AnnotationAction =
  | { readonly does: "label"; readonly label: AnnotationLabel }
  | { readonly does: "skip" }
  | { readonly does: "drop" };
/** A decision as displayed; null: none. */
export type AnnotationDecision = AnnotationAction | null;

/** A row as displayed by a front end. Its texts are not HTML. */
export interface DisplayedAnnotationRow {
  readonly row: RowIdentifier;
  readonly split: string | null;
  readonly texts: readonly { readonly role: string; readonly text: string; readonly cut: number }[];
  readonly label: AnnotationLabel | null;
  readonly suggested: { readonly label: AnnotationLabel; readonly chance: number | null } | null;
  readonly why: string;
  readonly decided: AnnotationDecision;
}
export interface AnnotationState {
  readonly data: string;
  readonly annotator: string;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly order: string;
  readonly total: number;
  readonly done: number;
  /** Index of the first row without a decision; the last row if all have one. */
  readonly at: number;
}

/** Maximum displayed characters of a text. */
const LONG = 100_000;

export class AnnotationSession {
  private readonly undoable: number[] = [];

  constructor(private readonly options: AnnotationOptions) {}

  get state(): AnnotationState {
    const { data, annotator, labels, several, order, asks } = this.options;
    const first = asks.findIndex((_, index) => this.decided(index) === null);
    return {
      data,
      annotator,
      labels,
      several,
      order,
      total: asks.length,
      done: this.done,
      at: first < 0 ? Math.max(0, asks.length - 1) : first,
    };
  }

  get done(): number {
    return this.options.asks.filter((_, index) => this.decided(index) !== null).length;
  }
  get waiting(): number {
    return this.options.asks.length - this.done;
  }

  rows(from: number, to: number): readonly DisplayedAnnotationRow[] {
    return this.options.asks.slice(from, to).map(({ row, why, suggested }, i) => ({
      row: row.row,
      split: row.split,
      label: row.before,
      why,
      texts: Object.entries(row.texts).map(([role, text]) => ({
        role,
        text: text.slice(0, LONG),
        cut: Math.max(0, text.length - LONG),
      })),
      suggested: suggested ?? null,
      decided: this.decided(from + i),
    }));
  }

  has(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.options.asks.length;
  }

  /** Throws if the decision can't be written or the label isn't one of the data's labels. */
  decide(index: number, doing: AnnotationAction): void {
    if (doing.does === "label" && !this.knows(doing.label)) throw new RangeError("there is no such label");
    this.put(index, doing);
    this.undoable.push(index);
  }

  /** Reverts the last decision. Returns the index of its row, or null if there is none. */
  undo(): number | null {
    const index = this.undoable.at(-1) ?? this.lastDecided();
    if (index === null || this.decided(index) === null) return null;
    this.put(index, { does: "undo" });
    if (this.undoable.at(-1) === index) this.undoable.pop();
    return index;
  }

  decided(index: number): AnnotationDecision {
    const line = this.line(index);
    if (!line) return null;
    if (line.does === "label") return { does: "label", label: line.after ?? "" };
    return line.does === "undo" ? null : { does: line.does };
  }

  private put(index: number, doing: AnnotationAction | { readonly does: "undo" }): void {
    const { annotator, column, asks, standing, write, now = () => new Date() } = this.options;
    const { row, why, suggested } = asks[index]!;
    const line: AnnotationLine = {
      text: row.text,
      nth: row.nth,
      row: row.row,
      column,
      does: doing.does,
      before: row.before,
      ...(doing.does === "label" && { after: doing.label }),
      annotator,
      at: now().toISOString(),
      ...(suggested && { suggested: suggested.label }),
      why,
    };
    write(line);
    standing.add(line);
  }

  private line(index: number): AnnotationLine | undefined {
    const ask = this.options.asks[index];
    return ask && this.options.standing.by(this.options.annotator, ask.row);
  }

  /** Returns the row of the last decision from an earlier session. */
  private lastDecided(): number | null {
    const times = this.options.asks.map((_, index) => this.line(index)?.at ?? "");
    const last = times.reduce((best, time, index) => (time > (times[best] ?? "") ? index : best), 0);
    return (times[last] ?? "") === "" ? null : last;
  }

  private knows(label: AnnotationLabel): boolean {
    const { labels, several } = this.options;
    if (typeof label === "string") return !several && labels.includes(label);
    return several && label.every((one) => labels.includes(one));
  }
}
