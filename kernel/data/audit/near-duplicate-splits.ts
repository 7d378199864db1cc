/** Each split's texts beside those that train; those that are equal by `drop_duplicates`' rule are exact leaks, and not counted. */
import type { NearTexts } from "#dsl/language/types/audit-facts.js";
import { textKey } from "#stdlib/cleaners/shared/normal-form.js";
import { Fingerprints } from "#stdlib/text/fingerprints.js";
import { isMasked } from "#stdlib/personal-data/masks.js";
import { lettersOf } from "#stdlib/text/near-duplicates/shingles.js";
import { rowName } from "../row/row-names.js";
import { nearTexts, type Lettered, type Looking } from "./near-duplicates.js";
import { readIn, shown, type LookedRow, type SplitRows } from "./rows.js";

/** Pairs that are told; all are counted. */
const SHOWN = 5;

export async function nearIn(rows: SplitRows, o: Looking): Promise<NearTexts[]> {
  const { names } = rows;
  if (!names.includes("train") || names.length < 2) return [];
  const texts = new Others(
    rows,
    names.filter((name) => name !== "train"),
  );
  const found: NearTexts[] = [];
  // Of all splits at once: what trains goes by a single time.
  const near = (await nearTexts(texts, texts.trained(), o)).filter(({ text }) => !texts.isExact(text));
  for (const split of names) {
    const own = near.filter(({ text }) => texts.splitOf(text) === split);
    const pairs = own.slice(0, SHOWN).map(({ text, twin, likeness }) => {
      const [row, train] = [texts.row(text), rows.at("train", twin)];
      return {
        row: rowName(row),
        text: shown(row),
        likeness: Number(likeness.toFixed(3)),
        trained: { row: rowName(train), text: shown(train) },
        ...(isMasked(readIn(row.values)) && isMasked(readIn(train.values)) && { masked: true as const }),
      };
    });
    if (own.length > 0) found.push({ split, rows: own.length, pairs });
  }
  return found;
}

function letters({ values }: LookedRow): string {
  return lettersOf(readIn(values));
}

/** Several splits as one list, and which of their texts train word for word: exact leaks are told elsewhere. */
class Others implements Lettered {
  readonly count: number;
  private readonly starts: readonly number[];
  /** Of each text the number of the first that is the same; by that number, whether it trains. */
  private readonly known = new Fingerprints();
  private readonly first: Int32Array;
  private readonly exact: Uint8Array;
  constructor(
    private readonly rows: SplitRows,
    private readonly splits: readonly string[],
  ) {
    let count = 0;
    this.starts = splits.map((split) => {
      const start = count;
      count += rows.rows(split);
      return start;
    });
    this.count = count;
    this.first = new Int32Array(count);
    this.exact = new Uint8Array(count);
  }
  *chunks(): Generator<readonly string[]> {
    let at = 0;
    for (const split of this.splits)
      for (const chunk of this.rows.chunks(split)) {
        for (const { values } of chunk) {
          this.first[at] = this.known.meet(textKey(values), at) ?? at;
          at++;
        }
        yield chunk.map(letters);
      }
  }
  /** What trains, held against these once they have all been read. */
  trained(): Pick<Lettered, "count" | "chunks"> {
    const { rows, known, exact } = this;
    return {
      count: rows.rows("train"),
      *chunks() {
        for (const chunk of rows.chunks("train")) {
          for (const { values } of chunk) {
            const same = known.known(textKey(values));
            if (same !== undefined) exact[same] = 1;
          }
          yield chunk.map(letters);
        }
      },
    };
  }
  isExact(text: number): boolean {
    return this.exact[this.first[text]!] === 1;
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
