/**
 * Loss terms. The objective of a training is a sum of terms: the task's own loss, distances to the outputs of a reference model,
 * penalties on parameters. A term names what it needs of the model that trains and of which reference;
 * `stdlib/programs/objective.ts` provides both and adds the terms up.
 */
import type { Graph } from "#dsl/tensor/builder.js";
import type { Type } from "#dsl/tensor/program.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

/** What a term can read of a model. */
export interface ModelReadings {
  /** Scalar: the task's own loss. Only of the model that trains. */
  readonly task_loss: Tensor;
  readonly logits: LogitsReading;
  /** f32 [batch]: the log-probability of each row's sequence, summed over its trained tokens. Of tasks that write texts. */
  readonly sequence_logprobs: Tensor;
  readonly hidden: HiddenStates;
}
export type TermNeed = keyof ModelReadings;

/**
 * References that answer each need. `frozen`: another model in the same program, whose weights don't train. `adapter_off`: the
 * model that trains without its adapter, over the same frozen weights. `cached`: outputs that were computed before the training
 * and are fed with the rows.
 */
export interface ReferencesOf {
  readonly task_loss: "none";
  readonly logits: "none" | "frozen" | "adapter_off" | "cached";
  readonly sequence_logprobs: "none" | "frozen" | "adapter_off";
  readonly hidden: "none" | "frozen" | "adapter_off";
}
export type TermReference = ReferencesOf[TermNeed];

/** A term over the outputs for a batch; its gradient is taken with that of the task's loss. */
export interface OutputTerm<N extends TermNeed = TermNeed> {
  readonly needs: N;
  readonly reference: ReferencesOf[N];
  /** Names the inputs that bring the rows' shares and cached outputs (`cachedOutputInputNames`); terms with one source read the same inputs. */
  readonly source: string;
  /** Further inputs of the training programs, by name. Default: none. */
  readonly inputs?: Readonly<Record<string, Type>>;
  /** Factor of the term in the objective. Default: 1. */
  readonly weight?: number;
  /** A scalar: the mean over the rows of a whole update, of which the batch may be a part. */
  loss(context: TermContext<N>): Tensor;
}
/** Inputs and nodes are made when a term asks for them: a term that asks for no shares is fed none. */
export interface TermContext<N extends TermNeed = TermNeed> {
  readonly graph: Graph;
  /** f32 [batch]: 1 / the number of rows of the whole update that the term counts, 0 for other rows. */
  share(): Tensor;
  /** f32 [batch, length]: 1 at real tokens, 0 at padding. */
  mask(): Tensor;
  /** The term's own inputs. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Of the model that trains. */
  outputs(): ModelReadings[N];
  /** Of the reference; no gradient flows into it. */
  referenceOutputs(): ModelReadings[N];
  /** A linear map without bias (x · weightᵀ) that trains with the model and is no part of it afterwards. */
  projection(name: string, x: Tensor, size: { readonly in: number; readonly out: number }): Tensor;
}

/**
 * A term over parameters alone. It adds its gradient once per update, after the gradients of all parts of a large batch were
 * summed, and in closed form: strategies that follow the task's gradient see it without the penalty.
 */
export interface ParameterTerm {
  readonly needs: "parameters";
  readonly reference: "none";
  /** The parameters' gradients with the term's own added, in the same order. */
  gradients(graph: Graph, parameters: readonly TrainedParameter[]): readonly Tensor[];
}
export interface TrainedParameter {
  readonly name: string;
  readonly value: Tensor;
  /** Of the objective over the rows, before clipping. */
  readonly gradient: Tensor;
  /** Set for parameters of the head: whether it has a row for each label. */
  readonly head?: "labels" | "other";
}

export type LossTerm = OutputTerm | ParameterTerm;

export interface LogitsReading {
  /** [rows or token positions, labels or vocabulary]. */
  readonly logits: Tensor;
  /** f32, as `logits`: 1 where a cached logit is known, else 0. Of other references all are known. */
  known(): Tensor;
  /** Whether exactly one label is right, or each label is right or wrong on its own. */
  readonly decides: "one" | "several";
  /** Whether the first axis has token positions and no rows. */
  readonly places: boolean;
}

/** What a body computes between its embeddings and its outputs. */
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
  /** Heads of keys and values. */
  readonly keyHeads: number;
  readonly scale: number;
  readonly causal: boolean;
}
