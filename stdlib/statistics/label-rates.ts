/**
 * Precision, recall and F1 of one label from its counts, each with its interval. The first two are shares of what was given and
 * of what is there, so the mid-P interval is theirs, as it is of the metrics of these names where a label is rare. F1 is
 * 2j / (1 + j) of j, the share that is right of all that was given the label or has it; as it rises with j, the ends of j's
 * interval become the ends of its own (Lam, 2023, who takes Wilson's). Each decision counts as one of its own; nothing is drawn,
 * so the same counts say the same.
 */
import type { Interval } from "./interval.js";
import { midPInterval } from "./mid-p.js";

export interface RateWithInterval extends Interval {
  readonly value: number;
}
/** As they stand side by side. */
export const RATE_NAMES = ["precision", "recall", "f1"] as const;
/** Null: nothing was given the label (precision), nothing has it (recall), neither (F1). */
export type LabelRates = Readonly<Record<(typeof RATE_NAMES)[number], RateWithInterval | null>>;

/** `hit`: have the label and were given it; `given`: were given it; `have`: have it. */
export function labelRatesOf({
  hit,
  given,
  have,
}: {
  readonly hit: number;
  readonly given: number;
  readonly have: number;
}): LabelRates {
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
