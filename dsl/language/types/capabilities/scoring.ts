/** What words of evaluations say of themselves: bars, what stands beside models, what is fitted, attacks. */
import type { ThresholdText } from "./promised.js";
import type { Call, Value } from "../value.js";
import type { CallFunction, Refusal } from "./refusal.js";
import type { TaskCapabilities } from "./model.js";

/** A bar that the score of a metric is held to. */
export interface ThresholdCapabilities<C extends Call = Call> {
  readonly metric: CallFunction<C, Call>;
  /** In words (`at least`), the number, and as it was written (`80 %`), with the metric's unit where it has one. */
  readonly bar: CallFunction<C, ThresholdText, [unit?: string]>;
  /** Never of NaN. */
  readonly clears: CallFunction<C, boolean, [score: number]>;
}

/** What stands beside models in an evaluation and is none that was trained here. */
export interface BaselineCapabilities<C extends Call = Call> {
  /** Whether it learns from the split `train` of the data that are scored. */
  readonly learns: CallFunction<C, boolean>;
  /** Whether it says the same of all rows, so that beating it is the least. */
  readonly constant?: CallFunction<C, boolean>;
  /** The arguments by which it puts a head of its own on a frozen base: what `NAME.base` is where the base has no head. */
  readonly probes?: Readonly<Record<string, Value>>;
  /** Why it can't do a model's task, and what to compare with instead; null: it can. */
  readonly refuses: CallFunction<C, Refusal | null, [wanted: BaselineTask]>;
}
/** What a contender is to do. */
export interface BaselineTask {
  readonly task: Call;
  readonly has: TaskCapabilities | undefined;
  /** Those of the data. */
  readonly roles: readonly string[];
}

/** What a task decides of a row: one label of several (of two they are `two` too), or any number of them. */
export type LabelDecision = "one" | "two" | "several";
/** What is fitted to rows of validation after a training. */
export interface CalibrationCapabilities<C extends Call = Call> {
  readonly of: readonly LabelDecision[];
  /** What tells whether it helped. */
  readonly measured: CallFunction<C, Call>;
  /** It changes probabilities, which others go by: it is fitted before these. */
  readonly probabilities?: true;
}
export interface AttackCapabilities {
  /** What it is told of: the rows that trained and others, or rows that were made and put among them. */
  readonly asks: "rows" | "planted";
}
