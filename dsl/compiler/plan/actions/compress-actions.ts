/** What `compress` comes to: the stages of a model that is made smaller, each a training of its own. */
import type { DataPlan } from "../../../language/types/subject.js";
import type { Call } from "../../../language/types/value.js";

/** A stage of what makes a model smaller. */
export interface CompressPlan {
  /** What it does, made whole. */
  readonly stage: Call;
  /** What tells the weights of the model that it is made of, or learns from. */
  readonly of: string;
  /** It learns of what was not trained here (a prompted base); absent: of the model that it is made of. */
  readonly teacher?: { readonly call: Call; readonly folder: string };
  /** Data whose rows have no labels: the larger model's answers are learnt. Absent: none. */
  readonly unlabelled?: readonly { readonly data: DataPlan; readonly dataHash: string | null }[];
}
/** A stage of what makes a model smaller. */
export interface CompressStage<Plan> {
  /** What its model is called: the last one's name is the statement's. */
  readonly name: string;
  /** What it begins with. */
  readonly start: string;
  /** The key that asked for it. */
  readonly key: CompressKey;
  /** `recipe.compress` is there. */
  readonly plan: Plan;
}
/** Keys of `compress`, in the order of its stages. */
export type CompressKey = "distill" | "sparsify" | "quantize";

/** What the host does. */
export interface CompressAction<Plan> {
  /** What the model is called afterwards. */
  readonly name: string;
  /** The model that is made smaller, or as it is written what a student learns of that was not trained here. */
  readonly start: string;
  readonly stages: readonly CompressStage<Plan>[];
  readonly resume: boolean;
}
