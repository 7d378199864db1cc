/**
 * Intervals of scores that combine several proportions (recalls, precisions, areas), without resampling: MOVER (Zou and
 * Donner, 2008). Each proportion moves to the ends of its interval; the resulting changes of the score add up like
 * standard deviations. Covariances, within a model and between two, follow from the residuals of the rows that both
 * proportions include.
 */
import type { ConfidenceInterval } from "./interval.js";

/** A proportion that a score depends on. */
export interface UncertainProportion {
  /** Label number; the same for both models of a comparison. */
  readonly label: number;
  /** How far the score falls and rises as the proportion moves to its low and its high end; neither is negative. */
  readonly down: number;
  readonly up: number;
  /** Positions of the units in the proportion. A residual is a unit's contribution minus the mean. */
  readonly units: ArrayLike<number>;
  readonly residuals: ArrayLike<number>;
}
/** Distance of a score to one side; it is the root of the summed squares. */
interface Side {
  /** Squared distances of proportions whose rows all have the same value, for which the covariance is unknown. */
  readonly alone: number;
  /** Contribution of each unit. */
  readonly units: Float64Array;
  /** Change by one unit more or less, by label. */
  readonly steps: Float64Array;
}
export interface TwoSidedSpread {
  readonly low: Side;
  readonly high: Side;
  /** Limits of the score; proportions have their own. */
  readonly within?: ConfidenceInterval;
}
/** Result if a label has too few rows for a valid interval. */
export interface TooFewRows {
  readonly label: string;
  readonly rows: number;
  readonly needed: number;
  /** Set if the rows counted are those predicted to have the label. */
  readonly predicted?: true;
}
/** Method used if a label is too rare for a bootstrap. */
export interface RareLabelIntervalMethod {
  /** Whether a bootstrap is valid on these units. */
  frequent(units: Uint32Array): boolean;
  measureSpread(units: Uint32Array): TwoSidedSpread | TooFewRows;
}

export const isTooFewRows = (spread: TwoSidedSpread | TooFewRows): spread is TooFewRows => "needed" in spread;

export function scoreSpread(units: number, labels: number, shares: readonly UncertainProportion[]): TwoSidedSpread {
  const side = (): { alone: number; units: Float64Array; steps: Float64Array } => ({
    alone: 0,
    units: new Float64Array(units),
    steps: new Float64Array(labels),
  });
  const [low, high] = [side(), side()];
  for (const { label, down, up, units: shareUnits, residuals } of shares) {
    let [squares, least, most] = [0, Infinity, -Infinity];
    for (let i = 0; i < residuals.length; i++) {
      const one = residuals[i]!;
      squares += one ** 2;
      least = Math.min(least, one);
      most = Math.max(most, one);
    }
    const length = Math.sqrt(squares);
    for (const [to, distance] of [
      [low, down],
      [high, up],
    ] as const) {
      if (length < 1e-12) {
        to.alone += distance ** 2;
        continue;
      }
      for (let i = 0; i < residuals.length; i++) to.units[shareUnits[i]!]! += (distance * residuals[i]!) / length;
      to.steps[label]! += (distance * (most - least)) / length;
    }
  }
  return { low, high };
}

const squared = ({ alone, units }: Side): number => units.reduce((sum, one) => sum + one ** 2, alone);

export function intervalFromSpread(value: number, { low, high, within }: TwoSidedSpread): ConfidenceInterval {
  const ends = { low: value - Math.sqrt(squared(low)), high: value + Math.sqrt(squared(high)) };
  if (!within) return ends;
  return {
    low: Math.min(value, Math.max(within.low, ends.low)),
    high: Math.max(value, Math.min(within.high, ends.high)),
  };
}

/**
 * Interval of second minus first, on the same units. Their covariance narrows it. The covariance is reduced by half a
 * unit, like Newcombe's continuity correction (1998, method 10), so that two models that hardly differ are not reported
 * as different.
 */
export function pairedDifferenceInterval(
  first: { readonly value: number; readonly spread: TwoSidedSpread },
  second: { readonly value: number; readonly spread: TwoSidedSpread },
): ConfidenceInterval {
  const apart = (one: Side, other: Side): number => {
    let shared = 0;
    for (let unit = 0; unit < one.units.length; unit++) shared += one.units[unit]! * other.units[unit]!;
    for (let label = 0; label < one.steps.length; label++) shared -= (one.steps[label]! * other.steps[label]!) / 2;
    return Math.sqrt(Math.max(0, squared(one) + squared(other) - 2 * Math.max(0, shared)));
  };
  const value = second.value - first.value;
  return {
    low: value - apart(second.spread.low, first.spread.high),
    high: value + apart(second.spread.high, first.spread.low),
  };
}
