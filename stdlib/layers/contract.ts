/** The layers that models are built from; techniques and caches wrap them. */
import type { Graph, RopeOptions } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { NDArray } from "#dsl/tensor/program.js";

/**
 * Initial value of a parameter that the checkpoint does not have. Defaults to the model config's `initializer_range`.
 */
export type ParameterInitializer =
  | "zeros"
  | "ones"
  /** Standard deviation of the normal distribution. */
  | { readonly normal: number }
  /** Uniform between ± this value. */
  | { readonly uniform: number }
  | { readonly value: NDArray }
  /** Rows of another parameter's initial value, in this order. */
  | { readonly rows: readonly number[]; readonly of: Tensor }
  /** Euclidean norms of the rows or columns of another parameter's initial value. */
  | { readonly norms: "rows" | "columns"; readonly of: Tensor };
/**
 * Options of attention. In a program with a key-value cache, `layers.attention` appends k and v and attends to all
 * keys.
 */
export interface AttentionOptions {
  readonly heads: number;
  /** Number of k and v heads, each shared by heads / keyValueHeads query heads. Defaults to `heads`. */
  readonly keyValueHeads?: number;
  /** i32 [batch, keys], 0 hides a key. */
  readonly mask?: Tensor;
  readonly causal?: boolean;
  /** With `causal`: maximum number of keys that a query sees, including its own. */
  readonly window?: number;
  /** i32 [batch, length]: a query sees keys of its own segment only. */
  readonly segments?: Tensor;
  /** Added to the scores: [heads or 1, length, keys] (T5's relative bias). */
  readonly bias?: Tensor;
  /** i32 scalar: the position of the first query among the keys. Defaults to 0. */
  readonly offset?: Tensor;
  /** Cross-attention: k and v come from another sequence (an encoder's), which does not change during generation. */
  readonly cross?: true;
  /** Defaults to 1/√(head size). */
  readonly scale?: number;
  /** Soft cap of the scores: cap · tanh(score / cap). Defaults to no cap. */
  readonly cap?: number;
  readonly dropout: number;
}
export interface LinearOptions {
  readonly in: number;
  readonly out: number;
  /** Defaults to true. */
  readonly bias?: boolean;
  readonly activation?: string;
  /**
   * Layout of the weight in the checkpoint: `out_in` (default) as in PyTorch's Linear, `in_out` as in GPT-2's Conv1D.
   */
  readonly layout?: "out_in" | "in_out";
  /** Initial value of the weight in a model from scratch. */
  readonly initial?: ParameterInitializer;
}
export interface EmbeddingOptions {
  readonly rows: number;
  readonly size: number;
  /** Padding token, whose row gets no gradient (PyTorch's `padding_idx`). If absent or null, every row gets one. */
  readonly padding?: number | null;
  /** Initial value of the table in a model from scratch. */
  readonly initial?: ParameterInitializer;
}
/** Every call has the checkpoint's parameter path, so that a technique can rewrite it. */
export interface LayerBuilder {
  readonly graph: Graph;
  /**
   * Declares a parameter of the checkpoint that no computation uses; it is stored, so that the saved checkpoint is
   * complete.
   */
  unused(path: string, shape: readonly number[], initial?: ParameterInitializer): void;
  /** Declares a parameter. `outputs`: the output axis of a linear layer's weight. */
  parameter(path: string, shape: readonly number[], initial?: ParameterInitializer, outputs?: 0 | 1): Tensor;
  /** Returns x·Wᵀ + b with W [out, in] at `path.weight` and b at `path.bias`. */
  linear(path: string, x: Tensor, options: LinearOptions): Tensor;
  /**
   * Normalizes x. `kind`: `layer` (scale and, unless `bias` is false, bias; the default) or `rms` (scale alone;
   * `offset` is added to it, 1 in Gemma).
   */
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
  /**
   * Applies rotary positions: x [batch, length, heads × size], positions i32 [batch, length]; see `Graph.rope` and
   * `ropeFrequencies`.
   */
  rope(path: string, x: Tensor, positions: Tensor, options: RopeOptions): Tensor;
  /** Applies dropout to x [batch, ...]. The mask is drawn per row, so select positions of rows only after it. */
  dropout(path: string, x: Tensor, rate: number): Tensor;
  /** Wraps a residual sub-layer; adapters are inserted into it. */
  block(path: string, x: Tensor, body: (x: Tensor) => Tensor): Tensor;
  /**
   * Applies an activation by its name in transformers' configs (`gelu`, `gelu_new`, `relu`, ...); returns x if
   * undefined.
   */
  activate(x: Tensor, activation: string | undefined): Tensor;
  /** Returns activation(x) · gate, elementwise, for a gated linear unit; a single op if one exists. */
  gated(x: Tensor, gate: Tensor, activation: string): Tensor;
  /** Returns true if the checkpoint has a tensor for the parameter. */
  has(path: string): boolean;
  /** The same layers for parameters outside the body, named without its prefix (`lm_head`). */
  readonly outside: LayerBuilder;
}
