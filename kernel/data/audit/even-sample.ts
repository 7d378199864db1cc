/** Which rows are looked at where all would take too long: of each split as many as its share, at equal distances. */
import type { AuditedSplits } from "./rows.js";

interface Counted {
  readonly total: number;
  readonly wanted: number;
  met: number;
}

export class EvenSample {
  private readonly splits: ReadonlyMap<string, Counted>;

  /** `most`: in all splits together; of each split `least` are looked at, or all that it has. */
  constructor(rows: Pick<AuditedSplits, "names" | "rows">, most: number, least = 0) {
    const all = rows.names.reduce((sum, split) => sum + rows.rows(split), 0);
    const counted = (total: number): Counted => ({
      total,
      wanted: Math.min(total, Math.max(least, Math.round((most * total) / Math.max(1, all)))),
      met: 0,
    });
    this.splits = new Map(rows.names.map((split) => [split, counted(rows.rows(split))]));
  }

  /** Whether the next row of a split is one of them. */
  isNext(split: string): boolean {
    const own = this.splits.get(split);
    if (!own) return false;
    const index = own.met++;
    return Math.floor(((index + 1) * own.wanted) / own.total) > Math.floor((index * own.wanted) / own.total);
  }
}
