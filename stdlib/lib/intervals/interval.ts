/** The ends between which a score lies, as far as the rows that were scored can tell. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How much of what could have been an interval covers. */
export const LEVEL = 0.95;
/** Of the normal distribution, on both sides of which 2.5 % are left out. */
export const Z = 1.959963984540054;
