/**
 * Finds texts that occur in more than one split, by the equality rule of `drop_duplicates`. Fingerprints keep the
 * memory independent of text lengths. The first leaks are listed with their rows; all are counted.
 */
import type { DataFacts } from "#dsl/language/types/facts.js";
import { rowTextKey } from "#stdlib/cleaners/shared/normal-form.js";
import { rowText } from "#stdlib/cleaners/shared/row-text.js";
import { TextHashMap } from "#stdlib/text/fingerprints.js";
import { hasMaskedPersonalData } from "#stdlib/personal-data/masks.js";
import { GrowingArray } from "../rows/growing.js";
import type { DataRow } from "../row/row.js";

const LISTED = 20;
const PLACES = 6;

interface Leak {
  readonly text: string;
  readonly places: { readonly split: string; readonly row: number }[];
  readonly masked?: true;
}

export class LeakDetector {
  private readonly texts = new TextHashMap();
  private readonly splits: string[] = [];
  /** Split and row of each text's first occurrence. */
  private readonly first = { split: new GrowingArray(Int32Array), row: new GrowingArray(Int32Array) };
  /** Leaks by text number; null: counted only. */
  private readonly leaked = new Map<number, Leak | null>();

  look(row: DataRow, split: string): void {
    const number = this.numberOf(split);
    const before = this.texts.meet(rowTextKey(row.values), this.first.row.length);
    if (before === undefined) {
      this.first.split.push(number);
      this.first.row.push(row.row);
      return;
    }
    const from = this.first.split.values()[before]!;
    if (from === number && !this.leaked.has(before)) return;
    if (!this.leaked.has(before)) {
      const places = [{ split: this.splits[from]!, row: this.first.row.values()[before]! }];
      this.leaked.set(before, this.leaked.size < LISTED ? leakOf(row.values, places) : null);
    }
    const leak = this.leaked.get(before);
    if (leak && leak.places.length < PLACES) leak.places.push({ split, row: row.row });
  }

  found(splits: number): Pick<DataFacts, "leaks" | "leakCount"> {
    if (splits < 2) return { leaks: [], leakCount: 0 };
    return { leaks: [...this.leaked.values()].filter((leak) => leak !== null), leakCount: this.leaked.size };
  }

  private numberOf(split: string): number {
    const known = this.splits.indexOf(split);
    return known < 0 ? this.splits.push(split) - 1 : known;
  }
}

function leakOf(values: DataRow["values"], places: Leak["places"]): Leak {
  return { text: shownOf(values), places, ...(hasMaskedPersonalData(rowText(values)) && { masked: true }) };
}

function shownOf(values: DataRow["values"]): string {
  return String(
    ["text", "question", "messages", "input"].map((role) => values[role]).find((value) => value !== undefined),
  );
}
