/** What is fitted to rows of validation once a model is trained, so that its probabilities and its decisions serve better. */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "../metrics/kind.js";

/** By which answers are made of logits. */
export interface FittedCalibration {
  /** Logits are divided by it. */
  readonly temperature?: number;
  /** By label: it is given where it is at least so likely; labels that are left out keep the task's own rule. */
  readonly thresholds?: Readonly<Record<string, number>>;
}
/** What a model says of rows, and what is right of them. */
export interface CalibrationData {
  readonly labels: readonly string[];
  /** Logits of each row. */
  readonly logits: readonly Float32Array[];
  /** `one`: the number of each row's label; `several`: rows × labels, 1 where the row has the label. */
  readonly truth: { readonly one: Int32Array } | { readonly several: Uint8Array };
}
export interface CalibrationImplementation {
  /** `before`: what was fitted already, which stays. A text: why nothing is fitted. `metric`: the one that it goes by. */
  fit(
    call: Call,
    decisions: CalibrationData,
    options: {
      readonly before: FittedCalibration;
      readonly metric: MetricImplementation;
      /** Direction of the metric. Default: greater. */
      readonly better?: RankingDirection;
      /** Is told of labels that have few rows: what is fitted to them says little of others. */
      readonly onFew?: (few: readonly LabelWithFewRows[]) => void;
    },
  ): FittedCalibration | string;
}
export interface LabelWithFewRows {
  readonly label: string;
  /** Rows that have it, or those that have not, where they are fewer. */
  readonly rows: number;
  /** Whether it was fitted all the same. */
  readonly fitted: boolean;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    calibration: CalibrationImplementation;
  }
}
