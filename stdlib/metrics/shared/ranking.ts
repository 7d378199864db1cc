/** Where searches find what they should. Texts that stand level with a right one count as before it: a model that tells nothing apart finds nothing. */
import { defineParameter } from "#dsl/language/types/define.js";
import type { FoundRank } from "../kind.js";
import { rowMeansOf, type RowSums } from "./row-sums.js";

type Searches = readonly (readonly FoundRank[])[];

/** From 1. */
export const worstRank = ({ above, level }: FoundRank): number => above + level;

export function searchMeans(searches: Searches, score: (ranks: readonly FoundRank[]) => number): RowSums {
  return rowMeansOf(searches.length, (search) => score(searches[search]!));
}

/** `most`: places beyond it count nothing. */
export function reciprocalRankMeans(searches: Searches, most = Number.POSITIVE_INFINITY): RowSums {
  return searchMeans(searches, (ranks) => {
    const first = Math.min(...ranksOfFound(ranks));
    return first <= most ? 1 / first : 0;
  });
}

/** Places of all that should be found, the best first; right ones that stand level with each other follow one another. */
export function ranksOfFound(ranks: readonly FoundRank[]): readonly number[] {
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
export function rankCutoffParameter(standard: { readonly value: number } | null) {
  return defineParameter({
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
