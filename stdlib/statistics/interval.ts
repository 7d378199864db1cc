/** The ends between which a score lies, as far as the rows that were scored can tell. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How a score that draws with repetition bend comes to an interval: without a draw. */
export interface ExactInterval {
  readonly by: "jackknife" | "bins" | "Wilson";
  /** From these things alone; null: they tell nothing. */
  intervalOf(units: Uint32Array): Interval | null;
  /** Of a share: 1 or 0 for each of these things, NaN where the share is not about it; differences are then paired. */
  each?(units: Uint32Array): Float64Array;
}

/** How much of what could have been an interval covers. */
export const CONFIDENCE_LEVEL = 0.95;
/** Of the normal distribution, on both sides of which 2.5 % are left out. */
export const NORMAL_QUANTILE_95 = 1.959963984540054;
