/** Where searches find what they should. Texts that stand level with a right one count as before it: a model that tells nothing apart finds nothing. */
import { parameter } from "#dsl/language/types/define.js";
import type { Rank } from "../kind.js";
import { rowMeans, type RowSums } from "./row-sums.js";

type Searches = readonly (readonly Rank[])[];

/** From 1. */
export const place = ({ above, level }: Rank): number => above + level;

export function meansOver(searches: Searches, of: (ranks: readonly Rank[]) => number): RowSums {
  return rowMeans(searches.length, (search) => of(searches[search]!));
}

/** `most`: places beyond it count nothing. */
export function reciprocalRanks(searches: Searches, most = Number.POSITIVE_INFINITY): RowSums {
  return meansOver(searches, (ranks) => {
    const first = Math.min(...placesOf(ranks));
    return first <= most ? 1 / first : 0;
  });
}

/** Places of all that should be found, the best first; right ones that stand level with each other follow one another. */
export function placesOf(ranks: readonly Rank[]): readonly number[] {
  const level = new Map<number, number>();
  return [...ranks]
    .sort((a, b) => a.above - b.above)
    .map((rank) => {
      const taken = level.get(rank.above) ?? 0;
      level.set(rank.above, taken + 1);
      // Of those that stand level the wrong ones come first.
      const right = ranks.filter((other) => other.above === rank.above).length;
      return rank.above + rank.level - right + 1 + taken;
    });
}

/** How many places count. */
export function placesThatCount(standard: { readonly value: number } | null) {
  return parameter({
    name: "at",
    type: { is: "number", integer: true },
    doc: "How many places are looked at.",
    range: { min: 1 },
    positional: true,
    default: standard ?? { derived: "all of them", from: () => null },
    why: "Nobody reads past the first page of results.",
    impact: "medium",
  });
}
