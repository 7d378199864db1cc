/** Capabilities of metrics, and the outcomes that they measure. */
import type { Call } from "../value.js";

/** Outcomes that metrics measure. Folders of stdlib add more. */
export interface MetricOutcomes {
  label: true;
  next_token: true;
  /** Measurable only on text that the model generates. */
  written: true;
  /** Time per prediction. */
  time: true;
  /** Resources of a model, whatever it predicts: size of its weight files, and memory. */
  cost: true;
}
export type MetricOutcome = keyof MetricOutcomes;
/**
 * Whether greater or smaller values are better. `none`: neither is (a selection rate), so nothing is ranked by the
 * metric.
 */
export type MetricDirection = "greater" | "less" | "none";
/** Direction of a metric used for ranking. */
export type RankingDirection = Exclude<MetricDirection, "none">;
// oxlint-disable-next-line no-unused-vars -- what stdlib merges in takes the call
export interface MetricCapabilities<C extends Call = Call> {
  readonly better: MetricDirection;
  readonly outcomes: readonly MetricOutcome[];
  /** Default metric that a recipe monitors. The vocabulary has one such word. */
  readonly isTrainingLoss?: true;
  /** Metric to add if nearly all rows have one label, which this metric hides. */
  readonly metricForRareLabels?: string;
}
