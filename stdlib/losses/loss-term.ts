/**
 * Loss terms. A training objective is a sum of terms: the task's own loss, distances to the outputs of a reference
 * model, penalties on parameters. A term declares what it needs of the trained model and of which reference;
 * `stdlib/programs/objective.ts` provides both and sums the terms.
 */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Type } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

/** Outputs of a model that a term can use. */
export interface ModelOutputsForLoss {
  /** Scalar: the task's own loss. Available for the trained model only. */
  readonly task_loss: Tensor;
  readonly logits: LogitsForLoss;
  /** f32 [batch]: the log-probability of each row's sequence, summed over its trained tokens. For generation tasks. */
  readonly sequence_logprobs: Tensor;
  readonly hidden: HiddenStates;
}
export type LossTermOutputName = keyof ModelOutputsForLoss;

/**
 * References that can provide each need. `frozen`: another model in the same program, whose weights do not train.
 * `adapter_off`: the trained model without its adapter, over the same frozen weights. `cached`: outputs that were
 * computed before the training and are fed with the rows.
 */
export interface ReferencesByModelOutput {
  readonly task_loss: "none";
  readonly logits: "none" | "frozen" | "adapter_off" | "cached";
  readonly sequence_logprobs: "none" | "frozen" | "adapter_off";
  readonly hidden: "none" | "frozen" | "adapter_off";
}
export type LossTermReference = ReferencesByModelOutput[LossTermOutputName];

/** A term over the outputs of a batch; its gradient is computed with that of the task's loss. */
export interface OutputLossTerm<N extends LossTermOutputName = LossTermOutputName> {
  readonly needs: N;
  readonly reference: ReferencesByModelOutput[N];
  /**
   * Names the inputs with the rows' shares and cached outputs (`cachedOutputInputNames`); terms with the same source
   * share these inputs.
   */
  readonly source: string;
  /** Further inputs of the training programs, by name. Defaults to none. */
  readonly inputs?: Readonly<Record<string, Type>>;
  /** Factor of the term in the objective. Defaults to 1. */
  readonly weight?: number;
  /** Returns a scalar: the mean over all rows of an update; the batch may be a part of them. */
  loss(context: LossTermContext<N>): Tensor;
}
/** Inputs and nodes are created on request: a term that requests no shares needs no such input. */
export interface LossTermContext<N extends LossTermOutputName = LossTermOutputName> {
  readonly graph: Graph;
  /** f32 [batch]: 1 / the number of rows of the update that the term counts, 0 for other rows. */
  share(): Tensor;
  /** f32 [batch, length]: 1 at real tokens, 0 at padding. */
  mask(): Tensor;
  readonly inputs: Readonly<Record<string, Tensor>>;
  outputs(): ModelOutputsForLoss[N];
  /** Returns the outputs of the reference; no gradient flows into it. */
  referenceOutputs(): ModelOutputsForLoss[N];
  /** Applies a linear map without bias (x · weightᵀ) that is trained with the model but not saved in it. */
  projection(name: string, x: Tensor, size: { readonly in: number; readonly out: number }): Tensor;
}

/**
 * A term over parameters alone. It adds its closed-form gradient once per update, after the gradients of all parts of a
 * large batch are summed. Strategies that use the task's gradient see it without the penalty.
 */
export interface ParameterLossTerm {
  readonly needs: "parameters";
  readonly reference: "none";
  /** Returns the parameters' gradients plus the term's own, in the same order. */
  gradients(graph: Graph, parameters: readonly TrainedParameter[]): readonly Tensor[];
}
export interface TrainedParameter {
  readonly name: string;
  readonly value: Tensor;
  /** Gradient of the objective over the rows, before clipping. */
  readonly gradient: Tensor;
  /** Set for head parameters: `labels` if it has a row per label. */
  readonly head?: "labels" | "other";
}

export type LossTerm = OutputLossTerm | ParameterLossTerm;

export interface LogitsForLoss {
  /** Shape [rows or token positions, labels or vocabulary]. */
  readonly logits: Tensor;
  /** f32, shaped like `logits`: 1 where a cached logit is known, else 0. All 1 for other references. */
  known(): Tensor;
  /** `one` if exactly one label is right; `several` if each label is right or wrong independently. */
  readonly decides: "one" | "several";
  /** True if the first axis has token positions instead of rows. */
  readonly places: boolean;
}

/** Intermediate outputs of the body, between its embeddings and its final output. */
export interface HiddenStates {
  /** [batch, length, width]: the input of the first block. */
  readonly embeddings: Tensor;
  readonly blocks: readonly BlockStates[];
  readonly width: number;
}
export interface BlockStates {
  /** [batch, length, width]: the output of the block. */
  readonly hidden: Tensor;
  /** [batch, length, heads × size] each: the inputs of attention. */
  readonly queries: Tensor;
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly heads: number;
  /** Number of key and value heads. */
  readonly keyHeads: number;
  readonly scale: number;
  readonly causal: boolean;
}
