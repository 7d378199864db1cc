/**
 * Ranks of retrieved texts. Texts tied with a relevant one rank before it, so a model that gives all texts the same
 * similarity finds nothing.
 */
import { defineParameter } from "#dsl/language/types/define.js";
import type { FoundRank } from "../kind.js";
import { rowMeansOf, type RowSums } from "./row-sums.js";

type Searches = readonly (readonly FoundRank[])[];

/** Returns the worst rank among ties, from 1. */
export const worstTiedRank = ({ above, level }: FoundRank): number => above + level;

export function meanScoreOverSearches(searches: Searches, score: (ranks: readonly FoundRank[]) => number): RowSums {
  return rowMeansOf(searches.length, (search) => score(searches[search]!));
}

/** Averages the reciprocal rank of the first relevant text; ranks beyond `most` score 0. */
export function reciprocalRankMeans(searches: Searches, most = Number.POSITIVE_INFINITY): RowSums {
  return meanScoreOverSearches(searches, (ranks) => {
    const first = Math.min(...ranksOfRelevantTexts(ranks));
    return first <= most ? 1 / first : 0;
  });
}

/** Returns the ranks of all relevant texts, best first; tied relevant texts get consecutive ranks. */
export function ranksOfRelevantTexts(ranks: readonly FoundRank[]): readonly number[] {
  const level = new Map<number, number>();
  return [...ranks]
    .sort((a, b) => a.above - b.above)
    .map((rank) => {
      const taken = level.get(rank.above) ?? 0;
      level.set(rank.above, taken + 1);
      // Among ties, irrelevant texts rank first.
      const right = ranks.filter((other) => other.above === rank.above).length;
      return rank.above + rank.level - right + 1 + taken;
    });
}

/** The parameter for the number of ranks to consider. */
export function rankCutoffParameter(standard: { readonly value: number } | null) {
  return defineParameter({
    name: "at",
    type: { is: "number", integer: true },
    doc: "How many places are looked at.",
    range: { min: 1 },
    positional: true,
    default: standard ?? { derived: "all of them", from: () => null },
    why: "Users seldom read past the first page of results.",
    impact: "medium",
  });
}
