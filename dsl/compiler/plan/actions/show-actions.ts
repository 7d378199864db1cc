/** Options of `show`. */
import type { Plan } from "../plan.js";

/** Budget of a prediction on a small device. */
export interface PredictionBudget {
  /** Seconds. */
  readonly time: number;
  /** Bytes; defaults to the memory of the device. */
  readonly memory?: number;
  /** Tokens of the input text; defaults to the length of the training texts. */
  readonly length?: number;
}

export interface ShowAction<Subject> {
  readonly topic: readonly string[];
  /** For the topic `tree`: the statement's tree as text. */
  readonly tree?: string;
  /**
   * For the topics `mask`, `label_issues` and `learning_curve`: the data whose rows are shown. Defaults to the
   * training's data.
   */
  readonly on?: Subject;
  /** For the topic `plan` of a training not yet started; defaults to the plan of the training that ran. */
  readonly plan?: Plan;
  /** For the topic `edge`. */
  readonly budget?: PredictionBudget;
}
