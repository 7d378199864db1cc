/** What `show` is asked for. */
import type { Plan } from "../plan.js";

/** What an answer may take on a small device. */
export interface DeviceBudget {
  /** Seconds. */
  readonly time: number;
  /** Bytes; absent: what the device has room for. */
  readonly memory?: number;
  /** Tokens of the text that is answered; absent: as long as those that it learnt from. */
  readonly length?: number;
}

export interface ShowAction<Subject> {
  readonly topic: readonly string[];
  /** Of the topic `tree`: the statement's, as text. */
  readonly tree?: string;
  /** Of the topics `mask`, `label_issues` and `learning_curve`: the data whose rows are shown; absent: those of the training. */
  readonly on?: Subject;
  /** Of the topic `plan` of a training that nobody has begun; absent: the plan of the training that was. */
  readonly plan?: Plan;
  /** Of the topic `edge`. */
  readonly budget?: DeviceBudget;
}
