/** Actions of `compress`: the steps that make a model smaller, each of them a training. */
import type { DataPlan, Call } from "../../../language/types/value.js";

/** A step that makes a model smaller. */
export interface CompressPlan {
  /** The step's call, with its defaults filled in. */
  readonly stage: Call;
  /** Hash that identifies the weights of its source model or teacher. */
  readonly of: string;
  /** A teacher that was not trained in this program (a prompted base); defaults to the source model. */
  readonly teacher?: { readonly call: Call; readonly folder: string };
  /** Unlabelled data, on which the larger model's predictions are the targets. */
  readonly unlabelled?: readonly { readonly data: DataPlan; readonly dataHash: string | null }[];
}
/** A step that makes a model smaller. */
export interface CompressStage<Plan> {
  /** Name of the step's model; the last one has the statement's name. */
  readonly name: string;
  /** The model that the step starts from. */
  readonly start: string;
  /** The key that requested the step. */
  readonly key: CompressKey;
  /** The plan; its `recipe.compress` is set. */
  readonly plan: Plan;
}
/** Keys of `compress`, in step order. */
export type CompressKey = "distill" | "sparsify" | "quantize";

/** The action that the host runs. */
export interface CompressAction<Plan> {
  /** Name of the resulting model. */
  readonly name: string;
  /** The model to make smaller, or the text of a teacher that was not trained in this program. */
  readonly start: string;
  readonly stages: readonly CompressStage<Plan>[];
  readonly resume: boolean;
}
