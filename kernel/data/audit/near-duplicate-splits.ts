/**
 * Finds near-duplicates between each split and the training split. Texts that are equal by the rule of
 * `drop_duplicates` are exact leaks and not counted.
 */
import type { NearDuplicates } from "#dsl/language/types/audit-facts.js";
import { rowTextKey } from "#stdlib/cleaners/shared/normal-form.js";
import { TextHashMap } from "#stdlib/text/fingerprints.js";
import { hasMaskedPersonalData } from "#stdlib/personal-data/masks.js";
import { lettersForComparison } from "#stdlib/text/near-duplicates/shingles.js";
import { rowNameOf } from "../row/row.js";
import { findNearDuplicates, type TextsToCompare, type AuditOptions } from "./near-duplicates.js";
import { modelInputText, rowExcerpt, type AuditedRow, type AuditedSplits } from "./rows.js";

/** Maximum pairs that are shown; all are counted. */
const SHOWN = 5;

export async function nearDuplicatesAcrossSplits(
  rows: AuditedSplits,
  options: AuditOptions,
): Promise<NearDuplicates[]> {
  const { names } = rows;
  if (!names.includes("train") || names.length < 2) return [];
  const texts = new Others(
    rows,
    names.filter((name) => name !== "train"),
  );
  const found: NearDuplicates[] = [];
  // All splits are searched at once, so that the training split is read a single time.
  const near = (await findNearDuplicates(texts, texts.trained(), options)).filter(({ text }) => !texts.isExact(text));
  for (const split of names) {
    const splitMatches = near.filter(({ text }) => texts.splitOf(text) === split);
    const pairs = splitMatches.slice(0, SHOWN).map(({ text, twin, likeness }) => {
      const [row, train] = [texts.row(text), rows.rowAt("train", twin)];
      return {
        row: rowNameOf(row),
        text: rowExcerpt(row),
        likeness: Number(likeness.toFixed(3)),
        trained: { row: rowNameOf(train), text: rowExcerpt(train) },
        ...(hasMaskedPersonalData(modelInputText(row.values)) &&
          hasMaskedPersonalData(modelInputText(train.values)) && { masked: true as const }),
      };
    });
    if (splitMatches.length > 0) found.push({ split, rows: splitMatches.length, pairs });
  }
  return found;
}

function letters({ values }: AuditedRow): string {
  return lettersForComparison(modelInputText(values));
}

/**
 * Presents several splits as one list, and marks texts that occur exactly in the training split: exact leaks are
 * reported elsewhere.
 */
class Others implements TextsToCompare {
  readonly count: number;
  private readonly starts: readonly number[];
  /** Per text: the index of the first equal text; by that index: whether it occurs in the training split. */
  private readonly known = new TextHashMap();
  private readonly first: Int32Array;
  private readonly exact: Uint8Array;
  constructor(
    private readonly rows: AuditedSplits,
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
    let textIndex = 0;
    for (const split of this.splits)
      for (const chunk of this.rows.chunks(split)) {
        for (const { values } of chunk) {
          this.first[textIndex] = this.known.meet(rowTextKey(values), textIndex) ?? textIndex;
          textIndex++;
        }
        yield chunk.map(letters);
      }
  }
  /** Returns the training texts. Must be read after all other splits, to mark exact duplicates. */
  trained(): Pick<TextsToCompare, "count" | "chunks"> {
    const { rows, known, exact } = this;
    return {
      count: rows.rows("train"),
      *chunks() {
        for (const chunk of rows.chunks("train")) {
          for (const { values } of chunk) {
            const same = known.known(rowTextKey(values));
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
  lettersAt(text: number): string {
    return letters(this.row(text));
  }
  row(text: number): AuditedRow {
    const splitIndex = this.splitAt(text);
    return this.rows.rowAt(this.splits[splitIndex]!, text - this.starts[splitIndex]!);
  }
  splitOf(text: number): string {
    return this.splits[this.splitAt(text)]!;
  }
  private splitAt(text: number): number {
    return this.starts.findLastIndex((start) => start <= text);
  }
}
