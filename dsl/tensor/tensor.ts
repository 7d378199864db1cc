/**
 * Tensors and the graph that they lie in, as those see them who write with them: gradients of ops, losses, layers. It
 * knows no op's record, so that ops may be written against it; `builder.ts` makes it real.
 */
import type { SmoothActivation } from "./ops/shared/gelu.js";
import type { Attributes, Dimension, DType, NDArray, Node, Ref, Type } from "./program.js";

/** What of an op's record a node of it is made with. */
export interface OpSignature<I extends readonly Type[], O extends readonly Type[], A> {
  readonly name: string;
  type(inputs: I, attributes: A): O;
}
/** A tensor for each type. */
export type Tensors<T extends readonly Type[]> = { readonly [K in keyof T]: Tensor };
/** Attributes are left out where there are none. */
export type OptionalAttributes<A> =
  Record<never, never> extends A ? readonly [attributes?: A] : readonly [attributes: A];

/** A graph that nodes are appended to. */
export interface Builder {
  constant(value: NDArray): Tensor;
  number(value: number, dtype?: DType): Tensor;
  /** Nodes made in `body` carry `path` (nested paths are joined by dots). */
  withPath<T>(path: string, body: () => T): T;
  /** Appends a node of an op and gives its outputs. */
  apply<I extends readonly Type[], O extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, O, A>,
    inputs: Tensors<NoInfer<I>>,
    ...given: OptionalAttributes<A>
  ): Tensors<O>;
  /** The first output alone. */
  one<I extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, readonly Type[], A>,
    inputs: Tensors<NoInfer<I>>,
    ...given: OptionalAttributes<A>
  ): Tensor;
  /** Appends a node like another, on other inputs; its first output. */
  again(node: Node, inputs: readonly Tensor[]): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  /** The node a tensor comes from. */
  nodeOf(tensor: Tensor): Node;
  tensor(ref: Ref): Tensor;
  /** All nodes so far, in order. */
  readonly table: readonly Node[];
}

/** A value in a graph: one output of one node. Numbers stand for scalars of the tensor's own dtype. */
export interface Tensor {
  readonly graph: Builder;
  readonly ref: Ref;
  readonly type: Type;
  readonly shape: readonly Dimension[];
  readonly dtype: DType;
  readonly rank: number;
  add(x: Tensor | number): Tensor;
  subtract(x: Tensor | number): Tensor;
  multiply(x: Tensor | number): Tensor;
  divide(x: Tensor | number): Tensor;
  maximum(x: Tensor | number): Tensor;
  minimum(x: Tensor | number): Tensor;
  equal(x: Tensor | number): Tensor;
  less(x: Tensor | number): Tensor;
  greater(x: Tensor | number): Tensor;
  notEqual(x: Tensor | number): Tensor;
  lessEqual(x: Tensor | number): Tensor;
  greaterEqual(x: Tensor | number): Tensor;
  power(x: Tensor | number): Tensor;
  /** `this` is bool, as for the next two. */
  and(x: Tensor): Tensor;
  or(x: Tensor): Tensor;
  not(): Tensor;
  /** The same value; no gradient flows through it. */
  detach(): Tensor;
  sign(): Tensor;
  floor(): Tensor;
  /** To the nearest whole number, of two as near the even one. */
  round(): Tensor;
  negate(): Tensor;
  exp(): Tensor;
  log(): Tensor;
  sqrt(): Tensor;
  rsqrt(): Tensor;
  tanh(): Tensor;
  sigmoid(): Tensor;
  erf(): Tensor;
  square(): Tensor;
  abs(): Tensor;
  relu(): Tensor;
  softplus(): Tensor;
  silu(): Tensor;
  /** `approximate`: true by tanh, "quick" by a sigmoid. */
  gelu(options?: { readonly approximate?: boolean | "quick" }): Tensor;
  /** i32 [...]: the place of the greatest along the last axis, the first of equals. */
  argmax(): Tensor;
  /** 0, 1, 2, … as i32, as many as this has along `axis`: positions. */
  range(axis: number): Tensor;
  /** This one's type, every element `value`. */
  filled(value: number): Tensor;
  /** cap · tanh(this / cap): close to this where it is small, never beyond the cap. */
  capped(cap: number): Tensor;
  /** activation(this) · b. */
  gated(b: Tensor, activation: SmoothActivation): Tensor;
  softmax(): Tensor;
  logSoftmax(): Tensor;
  /** `this` is bool: elementwise `a` where true, `b` elsewhere. */
  select(a: Tensor, b: Tensor): Tensor;
  cast(dtype: DType): Tensor;
  reshape(shape: readonly Dimension[]): Tensor;
  /** Axis i of the result is axis `order[i]` of this; a transposition that undoes another gives what that one took. */
  transpose(order: readonly number[]): Tensor;
  /** From `start` on, `size` elements of one axis; see the op for axes of a named size. */
  slice(axis: number, start: number, size: Dimension): Tensor;
  /** Parts of the given sizes along one axis. */
  split(axis: number, sizes: readonly number[]): readonly Tensor[];
  /** Rows of `this` ([rows, ...]) at i32 `indices` of any shape. */
  gather(indices: Tensor): Tensor;
  /**
   * `this`: a cache [batch, capacity, ...]. Its first `size` rows with `rows` placed from `start` (i32 scalar) on. Where the
   * program also writes these rows there (`update(..., { axis: 1, start })`), engines do it in place.
   */
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor;
  sum(axes?: readonly number[], keep?: boolean): Tensor;
  mean(axes?: readonly number[], keep?: boolean): Tensor;
  max(axes?: readonly number[], keep?: boolean): Tensor;
  min(axes?: readonly number[], keep?: boolean): Tensor;
  cumulativeSum(axis: number, options?: { readonly exclusive?: boolean; readonly reverse?: boolean }): Tensor;
  /** Rows of `more` [...indices, ...row] added to the rows of `this` at i32 `indices`. */
  scatterAdd(indices: Tensor, more: Tensor): Tensor;
  /** this: i32 indices [...] → f32 [..., depth]; all 0 for an index outside. */
  oneHot(depth: number): Tensor;
  /** Batched product over the last two axes, either side transposed on the way. */
  matmul(x: Tensor, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): Tensor;
  /** this · weightᵀ + bias over the last axis; weight [out, in], bias [out]. */
  linear(weight: Tensor, bias?: Tensor): Tensor;
  /** [batch, length, n] → [batch, n] at one position. */
  takePosition(position: number): Tensor;
  /** [batch, length, n] → [m, n]: rows of the flattened batch · length at i32 `rows` [m]. */
  takeRows(rows: Tensor): Tensor;
  /**
   * Cross-entropy of the logits this · weightᵀ (+ bias), which are made in chunks and never held whole. this [m, n];
   * weight [vocabulary, n]; labels i32 [m], −100 where a row doesn't count. `chunks`: absent, by the vocabulary's size.
   */
  headLoss(
    weight: Tensor,
    labels: Tensor,
    options: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      /** Label smoothing: this share of each label is spread over the vocabulary. */
      readonly smoothing?: number;
      /** Logits are bent to cap · tanh(logit / cap). */
      readonly cap?: number;
      /** f32 [m]: what each row counts; the logits are then held whole. */
      readonly each?: Tensor;
    },
  ): Tensor;
  /**
   * this: logits [..., classes]; labels i32 [...], −100 where a row doesn't count. Mean or sum over the rows that do.
   * `smoothing`: share of each label that is spread over all classes; `weights` [classes]; `focal`: the exponent of 1 − p;
   * `each`: what each row counts (losses.ts).
   */
  crossEntropy(
    labels: Tensor,
    options: {
      readonly reduction: "mean" | "sum";
      readonly smoothing?: number | undefined;
      readonly weights?: Tensor | undefined;
      readonly focal?: number | undefined;
      readonly each?: Tensor | undefined;
    },
  ): Tensor;
  layerNorm(scale: Tensor, bias: Tensor, epsilon: number): Tensor;
  /** `offset` is added to the scale: 1 in Gemma, whose weights are kept less one. */
  rmsNorm(scale: Tensor, epsilon: number, offset?: number): Tensor;
}
