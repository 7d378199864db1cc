/** Capabilities of evaluation words: thresholds, baselines, calibrations, attacks. */
import type { ThresholdText } from "./promise-text.js";
import type { Call, Value } from "../value.js";
import type { CallFunction, Refusal } from "./refusal.js";
import type { TaskCapabilities } from "./model.js";

/** A threshold for the score of a metric. */
export interface ThresholdCapabilities<C extends Call = Call> {
  readonly metric: CallFunction<C, Call>;
  /**
   * Returns its words (`at least`), the number, and the number as written (`80 %`), with the metric's unit if it has
   * one.
   */
  readonly threshold: CallFunction<C, ThresholdText, [unit?: string]>;
  /** Whether the score meets the threshold; false for NaN. */
  readonly isMet: CallFunction<C, boolean, [score: number]>;
}

/** A baseline in an evaluation, which is not a model trained in this program. */
export interface BaselineCapabilities<C extends Call = Call> {
  /** Whether it trains on the split `train` of the evaluated data. */
  readonly trainsOnData: CallFunction<C, boolean>;
  /** Whether it predicts the same for all rows, so that any model should beat it. */
  readonly isConstant?: CallFunction<C, boolean>;
  /** Arguments that add a head of its own to a frozen base: used for `NAME.base` if the base has no head. */
  readonly probeArguments?: Readonly<Record<string, Value>>;
  /** Returns why it cannot do a model's task, and what to compare with instead; null if it can. */
  readonly refusal: CallFunction<C, Refusal | null, [wanted: TaskToPredict]>;
}
/** What a baseline should predict. */
export interface TaskToPredict {
  readonly task: Call;
  readonly taskCapabilities: TaskCapabilities | undefined;
  readonly roles: readonly string[];
}

/** Labels that a task predicts per row: one of several (`two` if there are two), or any number of them. */
export type LabelDecision = "one" | "two" | "several";
/** Calibration that is fitted to validation rows after a training. */
export interface CalibrationCapabilities<C extends Call = Call> {
  readonly decisions: readonly LabelDecision[];
  /** Returns the metric that shows its effect. */
  readonly metric: CallFunction<C, Call>;
  /** Changes probabilities that other calibrations use, so it is fitted before them. */
  readonly changesProbabilities?: true;
}
export interface AttackCapabilities {
  /** What the attack needs: training rows and other rows, or canaries among the training rows. */
  readonly asksAbout: "rows" | "planted";
}
