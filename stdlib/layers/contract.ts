/** The layers that models are written with; techniques and caches wrap them. */
import type { Graph, RopeOptions } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { NDArray } from "#dsl/tensor/program.js";

/** How a parameter begins that the checkpoint doesn't have; absent: as the model's config says (`initializer_range`). */
export type ParameterInitializer =
  | "zeros"
  | "ones"
  /** Standard deviation. */
  | { readonly normal: number }
  /** Between ± this. */
  | { readonly uniform: number }
  | { readonly value: NDArray }
  /** Rows of a parameter as it begins, in this order. */
  | { readonly rows: readonly number[]; readonly of: Tensor }
  /** Euclidean norms of the rows or columns of a parameter as it begins. */
  | { readonly norms: "rows" | "columns"; readonly of: Tensor };
/** What attention sees. In a program with a key-value cache, `layers.attention` appends k and v to it and attends to all of it. */
export interface AttentionOptions {
  readonly heads: number;
  /** Heads of k and v, each shared by heads / keyValueHeads query heads; absent: as many as `heads`. */
  readonly keyValueHeads?: number;
  /** i32 [batch, keys], 0 hides a key. */
  readonly mask?: Tensor;
  /** A query sees no later key. */
  readonly causal?: boolean;
  /** With `causal`: a query sees this many keys at most, itself included. */
  readonly window?: number;
  /** i32 [batch, length]: a query sees keys of its own segment only. */
  readonly segments?: Tensor;
  /** Added to the scores: [heads or 1, length, keys] (T5's relative bias). */
  readonly bias?: Tensor;
  /** i32 scalar: the place of the first query among the keys; absent: 0. */
  readonly offset?: Tensor;
  /** k and v come from another sequence than q (an encoder's), which stays the same while text is generated. */
  readonly cross?: true;
  /** Absent: 1/√(size of a head). */
  readonly scale?: number;
  /** Scores are bent to cap · tanh(score / cap); absent: they stay as they are. */
  readonly cap?: number;
  readonly dropout: number;
}
export interface LinearOptions {
  readonly in: number;
  readonly out: number;
  /** Absent: there is one. */
  readonly bias?: boolean;
  readonly activation?: string;
  /** How the checkpoint lays the weight: `out_in` (absent) as PyTorch's Linear, `in_out` as GPT-2's Conv1D. */
  readonly layout?: "out_in" | "in_out";
  /** How the weight begins in a model from scratch. */
  readonly initial?: ParameterInitializer;
}
export interface EmbeddingOptions {
  readonly rows: number;
  readonly size: number;
  /** The padding token, whose row gets no gradient (PyTorch's `padding_idx`); absent or null: every row does. */
  readonly padding?: number | null;
  /** How the table begins in a model from scratch. */
  readonly initial?: ParameterInitializer;
}
/** Every call carries the checkpoint's parameter path, so that a technique can rewrite around it. */
export interface Layers {
  readonly graph: Graph;
  /** A parameter of the checkpoint that nothing is computed with: kept as it is, so that what is saved is whole. */
  unused(path: string, shape: readonly number[], initial?: ParameterInitializer): void;
  /** `outputs`: of a linear layer's weight, the axis along which its outputs lie. */
  parameter(path: string, shape: readonly number[], initial?: ParameterInitializer, outputs?: 0 | 1): Tensor;
  /** x·Wᵀ + b with W [out, in] at `path.weight`, b at `path.bias`. */
  linear(path: string, x: Tensor, options: LinearOptions): Tensor;
  /** `kind`: `layer` (scale and, unless `bias` is false, bias; the default) or `rms` (scale alone; `offset` is added to it, 1 in Gemma). */
  norm(
    path: string,
    x: Tensor,
    options: {
      readonly size: number;
      readonly epsilon: number;
      readonly kind?: "layer" | "rms";
      readonly offset?: 0 | 1;
      readonly bias?: boolean;
    },
  ): Tensor;
  embedding(path: string, ids: Tensor, options: EmbeddingOptions): Tensor;
  attention(path: string, q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor;
  /** Rotary positions: x [batch, length, heads × size], positions i32 [batch, length]; see `Graph.rope` and `ropeFrequencies`. */
  rope(path: string, x: Tensor, positions: Tensor, options: RopeOptions): Tensor;
  /** x [batch, ...]: what falls out is drawn by the row, so places are taken out of rows afterwards. */
  dropout(path: string, x: Tensor, rate: number): Tensor;
  /** A residual sub-layer: adapters sit here. */
  block(path: string, x: Tensor, body: (x: Tensor) => Tensor): Tensor;
  /** Applies an activation by its name in transformers' configs (`gelu`, `gelu_new`, `relu`, ...); none: x itself. */
  activate(x: Tensor, activation: string | undefined): Tensor;
  /** activation(x) · gate, elementwise: a gated linear unit's middle, in one op where there is one. */
  gated(x: Tensor, gate: Tensor, activation: string): Tensor;
  /** Whether the checkpoint holds a tensor for that parameter. */
  has(path: string): boolean;
  /** The same layers for what lies outside the body, named without its prefix (`lm_head`). */
  readonly outside: Layers;
}
