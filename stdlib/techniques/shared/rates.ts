/**
 * Learning rates that techniques recommend: AdamW's where none is written; the other optimizers scale them
 * (optimizers/parameters.ts). Found by sweeps on real data, which bench/LOG.md tells of. The one place of each is its
 * technique's record.
 */

export interface RecommendedRate {
  /** For a base `WIDTH` wide or narrower. */
  readonly rate: number;
  /** Whether a wider base takes less, as 1 / width: a step moves what a layer gives by as much as its inputs are many. */
  readonly narrows: boolean;
  /** Why not more and not less: goes on after the figure. */
  readonly because: string;
}

/** The width of the base that the rates were found with. */
export const REFERENCE_WIDTH = 384;

/** `width`: the base's; undefined while it isn't known. */
export function recommendedRateFor({ rate, narrows }: RecommendedRate, width: number | undefined): number {
  if (!narrows || width === undefined || width <= REFERENCE_WIDTH) return rate;
  return Number(((rate * REFERENCE_WIDTH) / width).toPrecision(2));
}

/** What a record says of it: to the optimizers, and to people. */
export function recommendRate(learningRate: RecommendedRate): {
  readonly notes: readonly string[];
  readonly capabilities: { readonly learningRate: RecommendedRate };
} {
  const { rate, narrows, because } = learningRate;
  const wider = narrows ? ` for a base ${String(REFERENCE_WIDTH)} wide, less for a wider one (as 1 / width)` : "";
  return {
    notes: [`Learning rate where none is written (AdamW): ${rateText(rate)}${wider}; ${because}.`],
    capabilities: { learningRate },
  };
}

/** 1e-4, 0.01. */
export function rateText(x: number): string {
  return x < 0.01 ? x.toExponential() : String(x);
}
