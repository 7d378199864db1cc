/**
 * The work of one annotator, independent of the front end: the order of the rows, the decisions, and the file they go to. A
 * decision counts once it is written; a failed write is reported and changes nothing.
 */
import type { RowName } from "#dsl/language/types/row-name.js";
import type { Label, Line } from "./line.js";
import type { AnnotatedRow } from "./overlay.js";
import type { Standing } from "./standing.js";

/** A row that is asked about, and why. */
export interface Ask {
  readonly row: AnnotatedRow;
  readonly why: string;
  /** What the model says, and how sure it is. */
  readonly suggested?: { readonly label: Label; readonly chance: number | null };
}
export interface AnnotationOptions {
  readonly data: string;
  readonly annotator: string;
  /** Column and labels that are chosen from; `several`: of a text. */
  readonly column: string;
  readonly labels: readonly string[];
  readonly several: boolean;
  /** The order in words. */
  readonly order: string;
  readonly asks: readonly Ask[];
  readonly standing: Standing;
  /** Writes a decision. Throws where it can't. */
  readonly write: (line: Line) => void;
  readonly now?: () => Date;
}

/** What an annotator may do with a row. */
export type Doing =
  | { readonly does: "label"; readonly label: Label }
  | { readonly does: "skip" }
  | { readonly does: "drop" };
/** A decision as it is shown; null: none. */
export type Decided = Doing | null;

/** A row as a front end shows it. Texts are no HTML. */
export interface AnnotationRow {
  readonly row: RowName;
  readonly split: string | null;
  readonly texts: readonly { readonly role: string; readonly text: string; readonly cut: number }[];
  readonly label: Label | null;
  readonly suggested: { readonly label: Label; readonly chance: number | null } | null;
  readonly why: string;
  readonly decided: Decided;
}
export interface AnnotationState {
  readonly data: string;
  readonly annotator: string;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly order: string;
  readonly total: number;
  readonly done: number;
  /** The first row that nothing was decided on; the last where all are done. */
  readonly at: number;
}

/** Characters of a text that are shown. */
const LONG = 100_000;

export class AnnotationSession {
  private readonly undoable: number[] = [];

  constructor(private readonly o: AnnotationOptions) {}

  get state(): AnnotationState {
    const { data, annotator, labels, several, order, asks } = this.o;
    const first = asks.findIndex((_, at) => this.decided(at) === null);
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
    return this.o.asks.filter((_, at) => this.decided(at) !== null).length;
  }
  get waiting(): number {
    return this.o.asks.length - this.done;
  }

  rows(from: number, to: number): readonly AnnotationRow[] {
    return this.o.asks.slice(from, to).map(({ row, why, suggested }, i) => ({
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

  has(at: number): boolean {
    return Number.isInteger(at) && at >= 0 && at < this.o.asks.length;
  }

  /** Throws where it can't be written, and for a label that isn't one of the data's. */
  decide(at: number, doing: Doing): void {
    if (doing.does === "label" && !this.knows(doing.label)) throw new RangeError("there is no such label");
    this.put(at, doing);
    this.undoable.push(at);
  }

  /** Takes back the last decision; the row that it was about, or null: there is none. */
  undo(): number | null {
    const at = this.undoable.at(-1) ?? this.lastDecided();
    if (at === null || this.decided(at) === null) return null;
    this.put(at, { does: "undo" });
    if (this.undoable.at(-1) === at) this.undoable.pop();
    return at;
  }

  decided(at: number): Decided {
    const line = this.line(at);
    if (!line) return null;
    if (line.does === "label") return { does: "label", label: line.after ?? "" };
    return line.does === "undo" ? null : { does: line.does };
  }

  private put(at: number, doing: Doing | { readonly does: "undo" }): void {
    const { annotator, column, asks, standing, write, now = () => new Date() } = this.o;
    const { row, why, suggested } = asks[at]!;
    const line: Line = {
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

  private line(at: number): Line | undefined {
    const ask = this.o.asks[at];
    return ask && this.o.standing.by(this.o.annotator, ask.row);
  }

  /** Of an earlier session. */
  private lastDecided(): number | null {
    const times = this.o.asks.map((_, at) => this.line(at)?.at ?? "");
    const last = times.reduce((best, time, at) => (time > (times[best] ?? "") ? at : best), 0);
    return (times[last] ?? "") === "" ? null : last;
  }

  private knows(label: Label): boolean {
    const { labels, several } = this.o;
    if (typeof label === "string") return !several && labels.includes(label);
    return several && label.every((one) => labels.includes(one));
  }
}
