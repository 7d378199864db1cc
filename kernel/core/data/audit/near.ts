/** Each split's texts beside those that train; those that are equal by `drop_duplicates`' rule are exact leaks, and not counted. */
import type { NearTexts } from "#dsl/types/audit-facts.js";
import { textKey } from "#stdlib/lib/cleaners/normal-form.js";
import { Fingerprints } from "#stdlib/lib/fingerprints.js";
import { lettersOf } from "#stdlib/lib/near/letters.js";
import { rowName } from "../row-names.js";
import { nearTexts, type Lettered, type Looking } from "./near-duplicates.js";
import { readIn, shown, type LookedRow, type SplitRows } from "./rows.js";

/** Pairs that are told; all are counted. */
const SHOWN = 5;

export async function nearIn(rows: SplitRows, o: Looking): Promise<NearTexts[]> {
  const { names } = rows;
  if (!names.includes("train") || names.length < 2) return [];
  const trained = new Fingerprints();
  for (const chunk of rows.chunks("train")) for (const { values } of chunk) trained.meet(textKey(values), 0);
  const found: NearTexts[] = [];
  const exact = ({ values }: LookedRow): boolean => trained.known(textKey(values)) !== undefined;
  const texts = new Others(
    rows,
    names.filter((name) => name !== "train"),
    exact,
  );
  // Of all splits at once: what trains is taken apart a single time.
  const near = await nearTexts(texts, letteredOf(rows, "train"), o);
  for (const split of names) {
    const own = near.filter(({ text }) => texts.splitOf(text) === split);
    const pairs = own.slice(0, SHOWN).map(({ text, twin, likeness }) => {
      const [row, train] = [texts.row(text), rows.at("train", twin)];
      return {
        ...{ row: rowName(row), text: shown(row), likeness: Number(likeness.toFixed(3)) },
        trained: { row: rowName(train), text: shown(train) },
      };
    });
    if (own.length > 0) found.push({ split, rows: own.length, pairs });
  }
  return found;
}

function letters({ values }: LookedRow): string {
  return lettersOf(readIn(values));
}

function letteredOf(rows: SplitRows, split: string): Lettered {
  return {
    count: rows.rows(split),
    *chunks() {
      for (const chunk of rows.chunks(split)) yield chunk.map(letters);
    },
    at: (text) => letters(rows.at(split, text)),
  };
}

/** Several splits as one list; exact leaks are empty texts in it, which are like none. */
class Others implements Lettered {
  readonly count: number;
  private readonly starts: readonly number[];
  constructor(
    private readonly rows: SplitRows,
    private readonly splits: readonly string[],
    private readonly exact: (row: LookedRow) => boolean,
  ) {
    let count = 0;
    this.starts = splits.map((split) => {
      const start = count;
      count += rows.rows(split);
      return start;
    });
    this.count = count;
  }
  *chunks(): Generator<readonly string[]> {
    for (const split of this.splits)
      for (const chunk of this.rows.chunks(split)) yield chunk.map((row) => (this.exact(row) ? "" : letters(row)));
  }
  at(text: number): string {
    return letters(this.row(text));
  }
  row(text: number): LookedRow {
    const at = this.splitAt(text);
    return this.rows.at(this.splits[at]!, text - this.starts[at]!);
  }
  splitOf(text: number): string {
    return this.splits[this.splitAt(text)]!;
  }
  private splitAt(text: number): number {
    return this.starts.findLastIndex((start) => start <= text);
  }
}
