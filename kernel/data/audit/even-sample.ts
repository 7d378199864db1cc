/** Which rows are looked at where all would take too long: of each split as many as its share, at equal distances. */
import type { SplitRows } from "./rows.js";

interface Counted {
  readonly of: number;
  readonly wanted: number;
  met: number;
}

export class Evenly {
  private readonly splits: ReadonlyMap<string, Counted>;

  /** `most`: in all splits together; of each split `least` are looked at, or all that it has. */
  constructor(rows: Pick<SplitRows, "names" | "rows">, most: number, least = 0) {
    const all = rows.names.reduce((sum, split) => sum + rows.rows(split), 0);
    const counted = (of: number): Counted => ({
      of,
      wanted: Math.min(of, Math.max(least, Math.round((most * of) / Math.max(1, all)))),
      met: 0,
    });
    this.splits = new Map(rows.names.map((split) => [split, counted(rows.rows(split))]));
  }

  /** Whether the next row of a split is one of them. */
  isNext(split: string): boolean {
    const own = this.splits.get(split);
    if (!own) return false;
    const at = own.met++;
    return Math.floor(((at + 1) * own.wanted) / own.of) > Math.floor((at * own.wanted) / own.of);
  }
}
