/**
 * Precision, recall and F1 of one label from its counts, each with its interval. Precision and recall are proportions
 * and get mid-P intervals, like the metrics of these names if a label is rare. F1 is 2j / (1 + j), where j is the
 * Jaccard index: the correct share of all rows that have the label or were predicted to. F1 increases with j, so j's
 * interval maps to F1's (Lam, 2023, who uses Wilson's). Decisions count as independent; nothing is sampled, so the same
 * counts give the same interval.
 */
import type { ConfidenceInterval } from "./interval.js";
import { midPInterval } from "./mid-p.js";

export interface RateWithInterval extends ConfidenceInterval {
  readonly value: number;
}
/** In display order. */
export const PRECISION_RECALL_F1 = ["precision", "recall", "f1"] as const;
/**
 * A rate is null if its denominator is zero: no row was predicted to have the label (precision), no row has it
 * (recall), or both (F1).
 */
export type PrecisionRecallAndF1 = Readonly<Record<(typeof PRECISION_RECALL_F1)[number], RateWithInterval | null>>;

/** Counts of rows. `hit`: have the label and were predicted to; `given`: were predicted to; `have`: have it. */
export function precisionRecallAndF1({
  hit,
  given,
  have,
}: {
  readonly hit: number;
  readonly given: number;
  readonly have: number;
}): PrecisionRecallAndF1 {
  const either = share(hit, given + have - hit);
  return {
    precision: share(hit, given),
    recall: share(hit, have),
    f1: either && { value: twice(either.value), low: twice(either.low), high: twice(either.high) },
  };
}

function share(hits: number, total: number): RateWithInterval | null {
  return total === 0 ? null : { value: hits / total, ...midPInterval(hits, total) };
}
function twice(share: number): number {
  return (2 * share) / (1 + share);
}
