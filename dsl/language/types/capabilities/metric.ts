/** What metrics say of themselves, and the sorts of outcomes that they measure. */
import type { Call } from "../value.js";

/** Sorts of outcomes that metrics measure. Rooms of stdlib name more. */
export interface MetricOutcomes {
  label: true;
  next_token: true;
  /** What only a text that the model writes can be measured by. */
  written: true;
  /** How long an answer takes. */
  time: true;
  /** What a model takes, whatever it answers: its weights in files, and its memory. */
  cost: true;
}
export type MetricOutcome = keyof MetricOutcomes;
/** Whether greater or smaller values are better. `none`: neither is (a selection rate), so that nothing is ranked by the metric. */
export type MetricDirection = "greater" | "less" | "none";
/** Direction of a metric that ranks. */
export type RankingDirection = Exclude<MetricDirection, "none">;
// oxlint-disable-next-line no-unused-vars -- what stdlib merges in takes the call
export interface MetricCapabilities<C extends Call = Call> {
  readonly better: MetricDirection;
  /** Outcomes that it measures. */
  readonly outcomes: readonly MetricOutcome[];
  /** It is what training goes by, which a recipe watches that names no metric. The vocabulary has one such word. */
  readonly usual?: true;
  /** What to measure beside it where nearly all rows have one label, which it hides. */
  readonly hidesRare?: string;
}
