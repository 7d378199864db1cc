/** A confidence interval of a score, estimated from the scored rows. */
export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
}

/** An interval without resampling, for scores that sampling with replacement would bias. */
export interface IntervalWithoutResampling {
  readonly by: "jackknife" | "bins" | "Wilson";
  /** Computes the interval from these units alone; null if they are insufficient. */
  intervalOf(units: Uint32Array): ConfidenceInterval | null;
  /**
   * For a proportion: 1 or 0 per unit, NaN if the unit is not part of it. Differences are then computed from pairs.
   */
  each?(units: Uint32Array): Float64Array;
}

export const CONFIDENCE_LEVEL = 0.95;
/** Quantile of the normal distribution that leaves out 2.5 % on each side. */
export const NORMAL_QUANTILE_95 = 1.959963984540054;
