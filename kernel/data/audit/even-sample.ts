/** Selects the rows to inspect where all would take too long: each split's share, at equal distances. */
import type { AuditedSplits } from "./rows.js";

interface Counted {
  readonly total: number;
  readonly wanted: number;
  met: number;
}

export class EvenSample {
  private readonly splits: ReadonlyMap<string, Counted>;

  /** `most`: maximum rows of all splits together; `least`: minimum rows per split, or all it has. */
  constructor(rows: Pick<AuditedSplits, "names" | "rows">, most: number, least = 0) {
    const all = rows.names.reduce((sum, split) => sum + rows.rows(split), 0);
    const counted = (total: number): Counted => ({
      total,
      wanted: Math.min(total, Math.max(least, Math.round((most * total) / Math.max(1, all)))),
      met: 0,
    });
    this.splits = new Map(rows.names.map((split) => [split, counted(rows.rows(split))]));
  }

  /** Returns whether the next row of a split is selected. */
  isNext(split: string): boolean {
    const own = this.splits.get(split);
    if (!own) return false;
    const index = own.met++;
    return Math.floor(((index + 1) * own.wanted) / own.total) > Math.floor((index * own.wanted) / own.total);
  }
}
