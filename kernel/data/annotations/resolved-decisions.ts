/**
 * Resolves all decisions: each annotator's last decision on a row that was not undone, and the majority of several
 * annotators. A skipped row counts as no decision.
 */
import { labelKey, type AnnotationLabel, type AnnotationLine, type RowIdentity } from "./line.js";

export type AnnotationVote = { readonly label: AnnotationLabel } | { readonly drop: true };
export interface AnnotatorVote {
  readonly annotator: string;
  readonly vote: AnnotationVote;
  readonly time: string;
}
/** Result of all votes on a row. */
export type AnnotationVerdict =
  | { readonly is: "none" }
  | { readonly is: "label"; readonly label: AnnotationLabel }
  | { readonly is: "drop" }
  | { readonly is: "tie" };

export class AnnotationVotes {
  /** Row → annotator → decisions, the last at the end. */
  private readonly rows = new Map<string, Map<string, AnnotationLine[]>>();

  /** `column`: the annotated column; lines about other columns are ignored. */
  constructor(
    lines: readonly AnnotationLine[],
    private readonly column: string,
  ) {
    for (const line of lines) this.add(line);
  }

  add(line: AnnotationLine): void {
    if (line.column !== this.column) return;
    const key = rowIdentityKey(line);
    const row = this.rows.get(key) ?? new Map<string, AnnotationLine[]>();
    this.rows.set(key, row);
    const rowLines = row.get(line.annotator) ?? [];
    row.set(line.annotator, rowLines);
    if (line.does === "undo") rowLines.pop();
    else rowLines.push(line);
  }

  /** Returns the annotator's last decision that was not undone, or undefined. */
  by(annotator: string, row: RowIdentity): AnnotationLine | undefined {
    return this.rows.get(rowIdentityKey(row))?.get(annotator)?.at(-1);
  }

  /** Returns the valid decisions on a row, one per annotator, including skips. */
  linesFor(row: RowIdentity): readonly AnnotationLine[] {
    return [...(this.rows.get(rowIdentityKey(row))?.values() ?? [])].flatMap((lines) => lines.at(-1) ?? []);
  }

  votes(row: RowIdentity): readonly AnnotatorVote[] {
    return this.linesFor(row).flatMap(({ annotator, does, after, at: time }): AnnotatorVote[] => {
      if (does === "drop") return [{ annotator, vote: { drop: true }, time }];
      return does === "label" && after !== undefined ? [{ annotator, vote: { label: after }, time }] : [];
    });
  }

  verdict(row: RowIdentity): AnnotationVerdict {
    const counts = new Map<string, { readonly vote: AnnotationVote; count: number }>();
    for (const { vote } of this.votes(row)) {
      const name = voteChoiceKey(vote);
      const voteCount = counts.get(name) ?? { vote, count: 0 };
      counts.set(name, voteCount);
      voteCount.count++;
    }
    const [first, second] = [...counts.values()].sort((a, b) => b.count - a.count);
    if (!first) return { is: "none" };
    if (second?.count === first.count) return { is: "tie" };
    return "drop" in first.vote ? { is: "drop" } : { is: "label", label: first.vote.label };
  }

  /** Yields the rows with a valid decision, and their annotators. */
  *decided(): Generator<readonly [key: string, lines: readonly AnnotationLine[]]> {
    for (const [key, row] of this.rows) {
      const lines = [...row.values()].flatMap((annotatorLines) => annotatorLines.at(-1) ?? []);
      if (lines.length > 0) yield [key, lines];
    }
  }
}

export function rowIdentityKey({ text, nth }: RowIdentity): string {
  return `${text} ${String(nth)}`;
}
/** Returns one key per possible choice. */
export function voteChoiceKey(vote: AnnotationVote): string {
  return "drop" in vote ? "drop" : labelKey(vote.label);
}
