/** Labels of rows: the distinct labels, their numbering in the model, and their counts per split. */
import type { SplitFacts } from "#dsl/language/types/facts.js";
import { sortLabels } from "../rows/label-order.js";
import type { DataRow } from "../row/row.js";

/** Returns the role whose values are labels. */
export function labelRole(columns: Readonly<Record<string, unknown>>): "label" | "labels" | "tags" | null {
  return (["label", "labels", "tags"] as const).find((role) => role in columns) ?? null;
}

export class LabelCounts {
  private readonly role: string | null;
  /** Label numbers in order of appearance. */
  private readonly numbers = new Map<string, number>();
  private readonly counts = new Map<string, number[]>();
  /** Counts of labels in repeated rows only. */
  private readonly copies = new Map<string, number[]>();

  constructor(columns: Readonly<Record<string, unknown>>) {
    this.role = labelRole(columns);
  }

  /**
   * `split`: null if the row is left out; its labels are recorded all the same. `copied`: a repetition of the row
   * before. Returns the row's label number (the last of several), −1 without a label.
   */
  look({ values }: DataRow, split: string | null, copied = false): number {
    const value = this.role === null ? undefined : values[this.role];
    if (value === null || value === undefined) return -1;
    let last = -1;
    for (const label of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      last = this.numberOf(String(label as string | number));
      if (split === null) continue;
      for (const counts of copied ? [this.counts, this.copies] : [this.counts]) {
        const splitCounts = counts.get(split) ?? [];
        counts.set(split, splitCounts);
        splitCounts[last] = (splitCounts[last] ?? 0) + 1;
      }
    }
    return last;
  }

  /** `givenLabels`: the recipe's order; null: labels are sorted. */
  found(givenLabels: readonly string[] | null): LabelIndex {
    if (this.role === null) return { labels: [], order: new Int32Array(), in: () => [] };
    const labels = givenLabels ?? sortLabels(this.numbers.keys());
    const places = new Map(labels.map((label, i) => [label, i]));
    for (const label of this.numbers.keys()) if (!places.has(label)) places.set(label, places.size);
    return {
      labels,
      order: Int32Array.from(this.numbers.keys(), (label) => places.get(label) ?? 0),
      in: (split) =>
        [...places.keys()]
          .map((label) => {
            const number = this.numbers.get(label) ?? -1;
            const count = this.counts.get(split)?.[number] ?? 0;
            const copies = this.copies.get(split)?.[number] ?? 0;
            return { label, count, ...(copies > 0 && { own: count - copies }) };
          })
          .filter(({ count }, i) => i < labels.length || count > 0),
    };
  }

  private numberOf(label: string): number {
    const known = this.numbers.get(label);
    if (known !== undefined) return known;
    this.numbers.set(label, this.numbers.size);
    return this.numbers.size - 1;
  }
}

export interface LabelIndex {
  readonly labels: readonly string[];
  /** Index of each label in the final order (labels of the recipe first), by its number in order of appearance. */
  readonly order: Int32Array;
  /** Returns a split's counts: labels of the recipe or the order, and others that occur in the split. */
  in(split: string): SplitFacts["labels"];
}
