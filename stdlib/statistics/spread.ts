/**
 * Intervals of scores that are made of several shares (recalls, precisions, areas), without draws: MOVER (Zou and Donner, 2008).
 * Each share moves to the ends of its own interval; the distances by which the score then moves add up as standard deviations
 * do. How shares vary together, within a model and between two, follows from the residuals of the rows that both count.
 */
import type { Interval } from "./interval.js";

/** A share that a score depends on. */
export interface VaryingShare {
  /** The same number names the same label for both models of a comparison. */
  readonly label: number;
  /** How far the score falls and rises as the share moves to its low and its high end; neither is negative. */
  readonly down: number;
  readonly up: number;
  /** Positions among the units that count in the share; a residual is what a unit adds to it, less the mean. */
  readonly units: ArrayLike<number>;
  readonly residuals: ArrayLike<number>;
}
/** How far a score may lie to one side, squared when added up. */
interface Side {
  /** Of shares whose rows all say the same: how these vary with others isn't known. */
  readonly alone: number;
  /** Of each unit. */
  readonly units: Float64Array;
  /** What one unit more or less would change, by label. */
  readonly steps: Float64Array;
}
export interface ScoreSpread {
  readonly low: Side;
  readonly high: Side;
  /** What no score lies beyond; shares keep within their own bounds. */
  readonly within?: Interval;
}
/** A label has too few rows for any interval that holds. */
export interface TooFewRows {
  readonly label: string;
  readonly rows: number;
  readonly needed: number;
  /** The rows are those that were predicted to have the label. */
  readonly predicted?: true;
}
/** What is done where a label is too rare for a bootstrap. */
export interface RareLabelMethod {
  /** Whether the bootstrap holds on these units. */
  frequent(units: Uint32Array): boolean;
  measureSpread(units: Uint32Array): ScoreSpread | TooFewRows;
}

export const isTooFewRows = (spread: ScoreSpread | TooFewRows): spread is TooFewRows => "needed" in spread;

export function scoreSpread(units: number, labels: number, shares: readonly VaryingShare[]): ScoreSpread {
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

export function intervalFromSpread(value: number, { low, high, within }: ScoreSpread): Interval {
  const ends = { low: value - Math.sqrt(squared(low)), high: value + Math.sqrt(squared(high)) };
  if (!within) return ends;
  return {
    low: Math.min(value, Math.max(within.low, ends.low)),
    high: Math.max(value, Math.min(within.high, ends.high)),
  };
}

/**
 * Of the second less the first, on the same units. What both share makes it narrower; it is lessened by half a unit, as Newcombe
 * (1998, method 10) corrects for continuity, so that two models which hardly differ are not told apart.
 */
export function intervalOfDifference(
  first: { readonly value: number; readonly spread: ScoreSpread },
  second: { readonly value: number; readonly spread: ScoreSpread },
): Interval {
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
