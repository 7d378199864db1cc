/**
 * Interfaces of tensors and graphs for code that writes with them: gradients of ops, losses, layers. This file knows no
 * op's record, so that ops may be written against it; `builder.ts` implements it.
 */
import type { SmoothActivation } from "./ops/shared/gelu.js";
import type { Attributes, Dimension, DType, NDArray, Node, Ref, Type } from "./program.js";

/** The parts of an op's record that are needed to make a node. */
export interface OpSignature<I extends readonly Type[], O extends readonly Type[], A> {
  readonly name: string;
  type(inputs: I, attributes: A): O;
}
export type TensorPerType<T extends readonly Type[]> = { readonly [K in keyof T]: Tensor };
/** Attributes, optional if all of them are. */
export type AttributesArgument<A> =
  Record<never, never> extends A ? readonly [attributes?: A] : readonly [attributes: A];

/** A graph that nodes are appended to. */
export interface GraphBuilder {
  constant(value: NDArray): Tensor;
  number(value: number, dtype?: DType): Tensor;
  /** Nodes made in `body` carry `path`; nested paths are joined with dots. */
  withPath<T>(path: string, body: () => T): T;
  /** Appends a node of an op and returns its outputs. */
  apply<I extends readonly Type[], O extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, O, A>,
    inputs: TensorPerType<NoInfer<I>>,
    ...given: AttributesArgument<A>
  ): TensorPerType<O>;
  /** Appends a node of an op and returns its first output. */
  one<I extends readonly Type[], A extends Attributes>(
    op: OpSignature<I, readonly Type[], A>,
    inputs: TensorPerType<NoInfer<I>>,
    ...given: AttributesArgument<A>
  ): Tensor;
  /** Appends a node of the same op on other inputs and returns its first output. */
  again(node: Node, inputs: readonly Tensor[]): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  nodeOf(tensor: Tensor): Node;
  tensor(ref: Ref): Tensor;
  /** All nodes so far, in order. */
  readonly table: readonly Node[];
}

/** A value in a graph: one output of one node. Numbers become scalars of the tensor's dtype. */
export interface Tensor {
  readonly graph: GraphBuilder;
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
  /** Requires bool tensors, like the next two. */
  and(x: Tensor): Tensor;
  or(x: Tensor): Tensor;
  not(): Tensor;
  /** Returns the same value without a gradient. */
  detach(): Tensor;
  sign(): Tensor;
  floor(): Tensor;
  /** Rounds to the nearest integer, ties to even. */
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
  /** `approximate`: true uses tanh, "quick" a sigmoid. */
  gelu(options?: { readonly approximate?: boolean | "quick" }): Tensor;
  /** i32 [...]: index of the maximum along the last axis, the first if several are equal. */
  argmax(): Tensor;
  /** Positions 0, 1, 2, … as i32, with the length of `axis`. */
  range(axis: number): Tensor;
  /** A tensor of the same type, filled with `value`. */
  filled(value: number): Tensor;
  /** cap · tanh(this / cap): close to this where it is small, never above the cap. */
  capped(cap: number): Tensor;
  /** activation(this) · b. */
  gated(b: Tensor, activation: SmoothActivation): Tensor;
  softmax(): Tensor;
  logSoftmax(): Tensor;
  /** Requires a bool tensor: elementwise `a` where true, `b` otherwise. */
  select(a: Tensor, b: Tensor): Tensor;
  cast(dtype: DType): Tensor;
  reshape(shape: readonly Dimension[]): Tensor;
  /** Axis i of the result is axis `order[i]` of this; an inverse transpose returns the original tensor. */
  transpose(order: readonly number[]): Tensor;
  /** Takes `size` elements of one axis from `start` on; see the op for axes of a named size. */
  slice(axis: number, start: number, size: Dimension): Tensor;
  /** Splits one axis into parts of the given sizes. */
  split(axis: number, sizes: readonly number[]): readonly Tensor[];
  /** Rows of `this` ([rows, ...]) at i32 `indices` of any shape. */
  gather(indices: Tensor): Tensor;
  /**
   * For a cache [batch, capacity, ...]: its first `size` rows, with `rows` written from `start` (i32 scalar) on. If the
   * program also updates the cache with these rows (`update(..., { axis: 1, start })`), engines do both in place.
   */
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor;
  sum(axes?: readonly number[], keep?: boolean): Tensor;
  mean(axes?: readonly number[], keep?: boolean): Tensor;
  max(axes?: readonly number[], keep?: boolean): Tensor;
  min(axes?: readonly number[], keep?: boolean): Tensor;
  cumulativeSum(axis: number, options?: { readonly exclusive?: boolean; readonly reverse?: boolean }): Tensor;
  /** Adds the rows of `more` [...indices, ...row] to the rows of `this` at i32 `indices`. */
  scatterAdd(indices: Tensor, more: Tensor): Tensor;
  /** From i32 indices [...] to f32 [..., depth]; all 0 for an index out of range. */
  oneHot(depth: number): Tensor;
  /** Batched product over the last two axes, with either side optionally transposed. */
  matmul(x: Tensor, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): Tensor;
  /** this · weightᵀ + bias over the last axis; weight [out, in], bias [out]. */
  linear(weight: Tensor, bias?: Tensor): Tensor;
  /** [batch, length, n] → [batch, n] at one position. */
  takePosition(position: number): Tensor;
  /** [batch, length, n] → [m, n]: rows of the flattened batch · length at i32 `rows` [m]. */
  takeRows(rows: Tensor): Tensor;
  /**
   * Cross-entropy of the logits this · weightᵀ (+ bias), which are computed in chunks and never stored in full. this
   * [m, n]; weight [vocabulary, n]; labels i32 [m], −100 for ignored rows. `chunks` defaults to a number that fits the
   * vocabulary's size.
   */
  headLoss(
    weight: Tensor,
    labels: Tensor,
    options: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      /** Label smoothing: share of each label that is spread over the vocabulary. */
      readonly smoothing?: number;
      /** Caps logits to cap · tanh(logit / cap). */
      readonly cap?: number;
      /** f32 [m]: weight of each row; the logits are then stored in full. */
      readonly each?: Tensor;
    },
  ): Tensor;
  /**
   * For logits [..., classes] and labels i32 [...], −100 for ignored rows: mean or sum over the rows that count.
   * `smoothing`: share of each label that is spread over all classes; `weights` [classes]; `focal`: the exponent of 1 −
   * p; `each`: weight of each row (losses.ts).
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
  /** `offset` is added to the scale: 1 in Gemma, which stores its weights less one. */
  rmsNorm(scale: Tensor, epsilon: number, offset?: number): Tensor;
}
