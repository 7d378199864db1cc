/** Checks the values of the roles `group` and `score`. */
import type { DataAudit, ScoreFacts } from "#dsl/language/types/audit-facts.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import { TextHashMap } from "#stdlib/text/fingerprints.js";
import { GrowingArray } from "../rows/growing.js";
import { rowNameOf } from "../row/row.js";
import { ExtremeScoreCollector } from "./outliers.js";
import type { RowObserver } from "./rows.js";

const NAMED = 3;

/** Finds groups whose rows are in several splits; null if the data have no role `group`. */
export function groupLeakObserver(splits: readonly string[]): RowObserver<DataAudit["groups"]> {
  const known = new TextHashMap();
  const first = new GrowingArray(Int32Array);
  const shared = new Map<number, string>();
  return {
    look({ values }, split) {
      const { group: given } = values;
      if (given === null || given === undefined || given === "") return;
      // Converts to text, so that the number 7 of a JSON file equals the "7" of a CSV file.
      const group = typeof given === "object" ? JSON.stringify(given) : String(given as string | number);
      const number = splits.indexOf(split);
      const before = known.meet(group, first.length);
      if (before === undefined) first.push(number);
      else if (first.values()[before] !== number && !shared.has(before))
        shared.set(before, shared.size < NAMED ? group : "");
    },
    found: () =>
      first.length === 0 ? null : { shared: shared.size, of: first.length, some: [...shared.values()].slice(0, NAMED) },
  };
}

class Spread {
  count = 0;
  mean = 0;
  private squares = 0;
  least = Number.POSITIVE_INFINITY;
  greatest = Number.NEGATIVE_INFINITY;
  /** Updates mean and variance (Welford 1962), without large sums. */
  add(value: number): void {
    this.count++;
    const off = value - this.mean;
    this.mean += off / this.count;
    this.squares += off * (value - this.mean);
    this.least = Math.min(this.least, value);
    this.greatest = Math.max(this.greatest, value);
  }
  get ends(): { readonly least: number; readonly greatest: number } {
    return { least: this.least, greatest: this.greatest };
  }
  get spread(): number {
    return Math.sqrt(this.squares / this.count);
  }
}

/** Maximum distinct scores that are listed. */
const FEW_SCORES = 10;

export function scoreObserver(splits: readonly string[]): RowObserver<ScoreFacts | null> {
  const [all, trained] = [new Spread(), new Spread()];
  const train = splits.includes("train") ? "train" : "all";
  const outlying = new ExtremeScoreCollector();
  const different = new Set<number>();
  let furthest: { readonly row: RowIdentifier; readonly score: number } | undefined;
  return {
    look(row, split) {
      const { score } = row.values;
      if (typeof score !== "number") return;
      all.add(score);
      if (different.size <= FEW_SCORES) different.add(score);
      outlying.add(score, () => rowNameOf(row));
      if (split === train) trained.add(score);
      if (!furthest || Math.abs(score) > Math.abs(furthest.score)) furthest = { row: rowNameOf(row), score };
    },
    found: () => {
      const apart = outlying.found();
      return furthest
        ? {
            ...all.ends,
            furthest: furthest.row,
            ...(different.size <= FEW_SCORES && { values: [...different].sort((a, b) => a - b) }),
            ...(apart && { outlying: apart }),
            ...(trained.count > 0 && { trained: { ...trained.ends, mean: trained.mean, spread: trained.spread } }),
          }
        : null;
    },
  };
}
