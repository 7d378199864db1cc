/** Where the steps of a training come from. */
import type { NDArray } from "#dsl/tensor/program.js";
import type { UnstampedRunEvent } from "../../events/events.js";

/** Rows of a batch and the model's logits for them before the update [rows × labels]. */
export interface RowLogits {
  readonly rows: Uint32Array;
  readonly logits: NDArray;
}
type StepEvent = Extract<UnstampedRunEvent, { readonly kind: "step" }>;
interface StepNumbers {
  /** Step number, from 1. */
  readonly step: number;
  /** Epoch number, from 0. */
  readonly epoch: number;
  readonly tokens: number;
  /** Mean loss before the update, over everything that counts in it. */
  readonly loss: number;
  /** Norm of the gradient. */
  readonly norm: number;
  readonly rate: number;
  /** Seconds from the end of the previous step (or its own sending, if later) to its end. */
  readonly seconds: number;
}
/** Further fields of a step's event. */
export type ExtraStepFields = Partial<Omit<StepEvent, "kind" | keyof StepNumbers>>;

/** A completed step. */
export interface CompletedStep extends StepNumbers {
  /** Number of rows, tokens or weights in the update: the weight of its loss in a mean over several updates. */
  readonly counts?: number;
  /** One entry per batch, if the source was made to report logits. */
  readonly logits?: readonly RowLogits[];
  /** Further fields of the step's event. */
  readonly report?: ExtraStepFields;
  /** Events that follow the step's own. */
  readonly events?: readonly UnstampedRunEvent[];
}

/** Takes the steps of one training, in order. */
export interface StepSource {
  /** Number of steps of the training, including those before a checkpoint. */
  readonly total: number;
  /**
   * Whether the time of its steps predicts the time of other trainings on this machine. False if a step is not a
   * minibatch, or if several processes share it.
   */
  readonly predictsStepTime: boolean;
  /** Returns the epochs completed after `step`, for cadences in epochs. */
  epochsDone(step: number): number;
  /** Returns the next step once it is done; null once stopped. Sends no request of a step after `last`. */
  next(last: number): Promise<CompletedStep | null>;
  /** Sends nothing more and waits for pending requests. @returns the steps after `done` that they completed */
  stop(done: number): Promise<readonly CompletedStep[]>;
  /**
   * Returns whether the engine has the weights after `step`, where `step` is the last completed step. Defaults to
   * always.
   */
  hasWeightsOf?(step: number): boolean;
  /** Whether the engine has the weights of the last completed step after a step has failed. Defaults to false. */
  readonly keepsWeightsOnFailure?: boolean;
}
