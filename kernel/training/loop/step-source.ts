/** Where the steps of a training come from. */
import type { NDArray } from "#dsl/tensor/program.js";
import type { UnstampedRunEvent } from "../../events/events.js";

/** Rows of a batch and the logits that the model gave them before the update [rows × labels]. */
export interface RowLogits {
  readonly rows: Uint32Array;
  readonly logits: NDArray;
}
type StepEvent = Extract<UnstampedRunEvent, { readonly kind: "step" }>;
interface StepNumbers {
  /** From 1. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  readonly tokens: number;
  /** Mean over all that counts in the update, before the update. */
  readonly loss: number;
  /** Norm of the gradient. */
  readonly norm: number;
  readonly rate: number;
  /** Seconds from the end of the step before (or its own sending, if later) to its end. */
  readonly seconds: number;
}
/** Further fields of a step's event. */
export type StepReport = Partial<Omit<StepEvent, "kind" | keyof StepNumbers>>;

/** A step that is done. */
export interface Step extends StepNumbers {
  /** Rows, tokens or weights in the update: the weight of its loss in a mean over several updates. */
  readonly counts?: number;
  /** One entry per batch, if the source was made to keep logits. */
  readonly logits?: readonly RowLogits[];
  /** Further fields of the step's event. */
  readonly report?: StepReport;
  /** Events that follow the step's own. */
  readonly events?: readonly UnstampedRunEvent[];
}

/** Takes the steps of one training, in order. */
export interface StepSource {
  /** Steps of the training, those before a checkpoint included. */
  readonly total: number;
  /**
   * Whether the time of its steps predicts the time of other trainings on this machine. False where a step is something other
   * than a minibatch, or where several processes share it.
   */
  readonly predictsStepTime: boolean;
  /** Epochs that are done after `step`, for cadences in epochs. */
  epochsDone(step: number): number;
  /** The next step, once it is done. Sends no request of a step after `last`. Null once stopped. */
  next(last: number): Promise<Step | null>;
  /** Sends nothing more and waits for pending requests. @returns the steps after `done` that were completed by them */
  stop(done: number): Promise<readonly Step[]>;
  /** Whether the engine has the weights that follow from `step`, where `step` is the last step done. Default: always. */
  hasWeightsOf?(step: number): boolean;
  /** Whether the engine has the weights of the last completed step after a step failed. Default: false. */
  readonly keepsWeightsOnFailure?: boolean;
}
