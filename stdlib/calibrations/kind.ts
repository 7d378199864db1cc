/**
 * Calibrations: values that are fitted to the validation rows after training, to improve probabilities and decisions.
 */
import type { RankingDirection } from "#dsl/language/types/capabilities/metric.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "../metrics/kind.js";

/** Values that turn logits into predictions. */
export interface FittedCalibration {
  /** Divisor of the logits. */
  readonly temperature?: number;
  /**
   * Minimum probability per label at which the label is predicted; labels that are left out use the task's own rule.
   */
  readonly thresholds?: Readonly<Record<string, number>>;
}
/** A model's logits per row, and the true labels. */
export interface CalibrationData {
  readonly labels: readonly string[];
  readonly logits: readonly Float32Array[];
  /** `one`: the label index per row. `several`: rows × labels, 1 where the row has the label. */
  readonly truth: { readonly one: Int32Array } | { readonly several: Uint8Array };
}
export interface CalibrationImplementation {
  /**
   * Fits the calibration and keeps the values in `before`. Returns a text with the reason if nothing is fitted.
   * `metric`: the metric to improve.
   */
  fit(
    call: Call,
    decisions: CalibrationData,
    options: {
      readonly before: FittedCalibration;
      readonly metric: MetricImplementation;
      /** Direction of the metric. Defaults to `greater`. */
      readonly better?: RankingDirection;
      /** Reports labels that have few rows: their fitted values do not generalize well. */
      readonly onFew?: (few: readonly LabelWithFewRows[]) => void;
    },
  ): FittedCalibration | string;
}
export interface LabelWithFewRows {
  readonly label: string;
  /** Rows with the label, or rows without it if those are fewer. */
  readonly rows: number;
  /** True if the threshold was fitted despite the few rows. */
  readonly fitted: boolean;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    calibration: CalibrationImplementation;
  }
}
