/**
 * What stands of all decisions: of each annotator the last one on a row that was not taken back, of several what most chose.
 * Who skipped a row has said nothing of it.
 */
import { nameOf, type Label, type Line, type RowIdentity } from "./line.js";

/** What a person says of a row. */
export type Vote = { readonly label: Label } | { readonly drop: true };
export interface Voted {
  readonly annotator: string;
  readonly vote: Vote;
  readonly at: string;
}
/** What all of them come to. */
export type Verdict =
  | { readonly is: "none" }
  | { readonly is: "label"; readonly label: Label }
  | { readonly is: "drop" }
  /** As many chose otherwise. */
  | { readonly is: "tie" };

export class Standing {
  /** Row → annotator → what they decided, the last at the end. */
  private readonly rows = new Map<string, Map<string, Line[]>>();

  /** `column`: whose values are decided on; lines about others are not looked at. */
  constructor(
    lines: readonly Line[],
    private readonly column: string,
  ) {
    for (const line of lines) this.add(line);
  }

  add(line: Line): void {
    if (line.column !== this.column) return;
    const key = keyOf(line);
    const row = this.rows.get(key) ?? new Map<string, Line[]>();
    this.rows.set(key, row);
    const own = row.get(line.annotator) ?? [];
    row.set(line.annotator, own);
    if (line.does === "undo") own.pop();
    else own.push(line);
  }

  /** What an annotator decided last; undefined: nothing that stands. */
  by(annotator: string, row: RowIdentity): Line | undefined {
    return this.rows.get(keyOf(row))?.get(annotator)?.at(-1);
  }

  /** All that stands of a row, by annotator; those who skipped it among them. */
  of(row: RowIdentity): readonly Line[] {
    return [...(this.rows.get(keyOf(row))?.values() ?? [])].flatMap((lines) => lines.at(-1) ?? []);
  }

  votes(row: RowIdentity): readonly Voted[] {
    return this.of(row).flatMap(({ annotator, does, after, at }): Voted[] => {
      if (does === "drop") return [{ annotator, vote: { drop: true }, at }];
      return does === "label" && after !== undefined ? [{ annotator, vote: { label: after }, at }] : [];
    });
  }

  verdict(row: RowIdentity): Verdict {
    const counts = new Map<string, { readonly vote: Vote; count: number }>();
    for (const { vote } of this.votes(row)) {
      const name = voteName(vote);
      const own = counts.get(name) ?? { vote, count: 0 };
      counts.set(name, own);
      own.count++;
    }
    const [first, second] = [...counts.values()].sort((a, b) => b.count - a.count);
    if (!first) return { is: "none" };
    if (second?.count === first.count) return { is: "tie" };
    return "drop" in first.vote ? { is: "drop" } : { is: "label", label: first.vote.label };
  }

  /** Rows that anything stands of, with who decided on them. */
  *decided(): Generator<readonly [key: string, lines: readonly Line[]]> {
    for (const [key, row] of this.rows) {
      const lines = [...row.values()].flatMap((own) => own.at(-1) ?? []);
      if (lines.length > 0) yield [key, lines];
    }
  }
}

export function keyOf({ text, nth }: RowIdentity): string {
  return `${text} ${String(nth)}`;
}
/** One text for each thing that can be chosen. */
export function voteName(vote: Vote): string {
  return "drop" in vote ? "drop" : nameOf(vote.label);
}
