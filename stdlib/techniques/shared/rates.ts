/**
 * Learning rates that techniques recommend. They are AdamW's defaults; other optimizers scale them
 * (optimizers/parameters.ts). They come from sweeps on real data (see bench/LOG.md). Each is defined only in its
 * technique's record.
 */

export interface RecommendedLearningRate {
  /** Rate for a base of width `REFERENCE_WIDTH` or less. */
  readonly rate: number;
  /**
   * Whether a wider base needs a smaller rate, as 1 / width: a step changes a layer's output in proportion to its
   * number of inputs.
   */
  readonly narrows: boolean;
  /** Why the rate is not higher or lower; the text follows the figure. */
  readonly because: string;
}

/** Width of the base with which the rates were found. */
export const REFERENCE_WIDTH = 384;

/** `width`: that of the base; undefined while it is unknown. */
export function recommendedLearningRate({ rate, narrows }: RecommendedLearningRate, width: number | undefined): number {
  if (!narrows || width === undefined || width <= REFERENCE_WIDTH) return rate;
  return Number(((rate * REFERENCE_WIDTH) / width).toPrecision(2));
}

/** Returns the record's entries for the rate: a capability for optimizers, and a note for people. */
export function learningRateRecord(learningRate: RecommendedLearningRate): {
  readonly notes: readonly string[];
  readonly capabilities: { readonly learningRate: RecommendedLearningRate };
} {
  const { rate, narrows, because } = learningRate;
  const wider = narrows ? ` for a base ${String(REFERENCE_WIDTH)} wide, less for a wider one (as 1 / width)` : "";
  return {
    notes: [`Default learning rate (AdamW): ${learningRateText(rate)}${wider}; ${because}.`],
    capabilities: { learningRate },
  };
}

/** Formats 1e-4, 0.01. */
export function learningRateText(x: number): string {
  return x < 0.01 ? x.toExponential() : String(x);
}
