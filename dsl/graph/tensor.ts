/** A value in a graph and what can be made of it: each method appends a node of the op that it is named after. */
import type { Attributes, Dimension, DType, Ref, Type } from "./program.js";
import type { Graph } from "./builder.js";
import type { Smooth } from "./gelu.js";
import { chunksFor } from "./head.js";
import { smoothingOfHead, weightedCrossEntropy } from "./losses.js";
import { takePosition } from "./position.js";
import { sameShape } from "./shape.js";
import { scalar } from "./values.js";

/** A value in a graph: one output of one node. Numbers stand for scalars of the tensor's own dtype. */
export class Tensor {
  constructor(
    readonly graph: Graph,
    readonly ref: Ref,
    readonly type: Type,
  ) {}
  get shape(): readonly Dimension[] {
    return this.type.shape;
  }
  get dtype(): DType {
    return this.type.dtype;
  }
  get rank(): number {
    return this.type.shape.length;
  }
  private one(op: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    return this.graph.one(op, inputs, attributes);
  }
  private with(op: string, other: Tensor | number): Tensor {
    return this.one(op, [this, this.like(other)]);
  }
  private like(x: Tensor | number): Tensor {
    return typeof x === "number" ? this.graph.constant(scalar(this.dtype, x)) : x;
  }
  add(x: Tensor | number): Tensor {
    return this.with("add", x);
  }
  subtract(x: Tensor | number): Tensor {
    return this.with("subtract", x);
  }
  multiply(x: Tensor | number): Tensor {
    return this.with("multiply", x);
  }
  divide(x: Tensor | number): Tensor {
    return this.with("divide", x);
  }
  maximum(x: Tensor | number): Tensor {
    return this.with("maximum", x);
  }
  minimum(x: Tensor | number): Tensor {
    return this.with("minimum", x);
  }
  equal(x: Tensor | number): Tensor {
    return this.with("equal", x);
  }
  less(x: Tensor | number): Tensor {
    return this.with("less", x);
  }
  greater(x: Tensor | number): Tensor {
    return this.with("greater", x);
  }
  notEqual(x: Tensor | number): Tensor {
    return this.with("not_equal", x);
  }
  lessEqual(x: Tensor | number): Tensor {
    return this.with("less_equal", x);
  }
  greaterEqual(x: Tensor | number): Tensor {
    return this.with("greater_equal", x);
  }
  power(x: Tensor | number): Tensor {
    return this.with("power", x);
  }
  /** `this` is bool, as for the next two. */
  and(x: Tensor): Tensor {
    return this.with("logical_and", x);
  }
  or(x: Tensor): Tensor {
    return this.with("logical_or", x);
  }
  not(): Tensor {
    return this.one("logical_not", [this]);
  }
  /** The same value; no gradient flows through it. */
  detach(): Tensor {
    return this.one("detach", [this]);
  }
  sign(): Tensor {
    return this.one("sign", [this]);
  }
  floor(): Tensor {
    return this.one("floor", [this]);
  }
  negate(): Tensor {
    return this.one("negate", [this]);
  }
  exp(): Tensor {
    return this.one("exp", [this]);
  }
  log(): Tensor {
    return this.one("log", [this]);
  }
  sqrt(): Tensor {
    return this.one("sqrt", [this]);
  }
  rsqrt(): Tensor {
    return this.one("rsqrt", [this]);
  }
  tanh(): Tensor {
    return this.one("tanh", [this]);
  }
  sigmoid(): Tensor {
    return this.one("sigmoid", [this]);
  }
  erf(): Tensor {
    return this.one("erf", [this]);
  }
  square(): Tensor {
    return this.one("square", [this]);
  }
  abs(): Tensor {
    return this.one("abs", [this]);
  }
  relu(): Tensor {
    return this.one("relu", [this]);
  }
  softplus(): Tensor {
    return this.one("softplus", [this]);
  }
  silu(): Tensor {
    return this.one("silu", [this]);
  }
  /** `approximate`: true by tanh, "quick" by a sigmoid. */
  gelu(o: { readonly approximate?: boolean | "quick" } = {}): Tensor {
    return this.one("gelu", [this], { approximate: o.approximate ?? false });
  }
  /** i32 [...]: the place of the greatest along the last axis, the first of equals. */
  argmax(): Tensor {
    return this.one("argmax", [this]);
  }
  /** cap · tanh(this / cap): close to this where it is small, never beyond the cap. */
  capped(cap: number): Tensor {
    return this.multiply(1 / cap)
      .tanh()
      .multiply(cap);
  }
  /** activation(this) · b. */
  gated(b: Tensor, activation: Smooth): Tensor {
    return this.one("gated", [this, b], { activation });
  }
  softmax(): Tensor {
    return this.one("softmax", [this]);
  }
  logSoftmax(): Tensor {
    return this.one("log_softmax", [this]);
  }
  /** `this` is bool: elementwise `a` where true, `b` elsewhere. */
  select(a: Tensor, b: Tensor): Tensor {
    return this.one("select", [this, a, b]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.one("cast", [this], { dtype });
  }
  reshape(shape: readonly Dimension[]): Tensor {
    return sameShape(shape, this.shape) ? this : this.one("reshape", [this], { shape });
  }
  /** Axis i of the result is axis `order[i]` of this; a transposition that undoes another gives what that one took. */
  transpose(order: readonly number[]): Tensor {
    const { op, inputs, attributes } = this.graph.nodeOf(this);
    const before = op === "transpose" ? (attributes["order"] as readonly number[]) : [];
    if (before.length && order.every((axis, i) => before[axis] === i)) return this.graph.tensor(inputs[0]!);
    return this.one("transpose", [this], { order });
  }
  /** From `start` on, `size` elements of one axis; see the op for axes of a named size. */
  slice(axis: number, start: number, size: Dimension): Tensor {
    return this.one("slice", [this], { axis, start, size });
  }
  /** Parts of the given sizes along one axis. */
  split(axis: number, sizes: readonly number[]): readonly Tensor[] {
    return this.graph.apply("split", [this], { axis, sizes });
  }
  /** Rows of `this` ([rows, ...]) at i32 `indices` of any shape. */
  gather(indices: Tensor): Tensor {
    return this.one("gather", [this, indices]);
  }
  /**
   * `this`: a cache [batch, capacity, ...]. Its first `size` rows with `rows` placed from `start` (i32 scalar) on. Where the
   * program also writes these rows there (`update(..., { axis: 1, start })`), engines do it in place.
   */
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor {
    return this.one("extend_cache", [this, rows, start], { size });
  }
  private reduce(op: string, over: readonly number[] | undefined, keep: boolean): Tensor {
    const all = over ?? Array.from({ length: this.rank }, (_, i) => i);
    const axes = all.map((axis) => (axis < 0 ? axis + this.rank : axis)).sort((a, b) => a - b);
    return this.one(op, [this], { axes, keep });
  }
  sum(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_sum", axes, keep);
  }
  mean(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_mean", axes, keep);
  }
  max(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_max", axes, keep);
  }
  min(axes?: readonly number[], keep = false): Tensor {
    return this.reduce("reduce_min", axes, keep);
  }
  cumulativeSum(axis: number, o: { readonly exclusive?: boolean; readonly reverse?: boolean } = {}): Tensor {
    const attributes = { axis, exclusive: o.exclusive ?? false, reverse: o.reverse ?? false };
    return this.one("cumulative_sum", [this], attributes);
  }
  /** Rows of `more` [...indices, ...row] added to the rows of `this` at i32 `indices`. */
  scatterAdd(indices: Tensor, more: Tensor): Tensor {
    return this.one("scatter_add", [this, indices, more]);
  }
  /** this: i32 indices [...] → f32 [..., depth]; all 0 for an index outside. */
  oneHot(depth: number): Tensor {
    return this.one("one_hot", [this], { depth });
  }
  /** Batched product over the last two axes, either side transposed on the way. */
  matmul(x: Tensor, o: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Tensor {
    return this.one("matmul", [this, x], { transpose_a: o.transposeA ?? false, transpose_b: o.transposeB ?? false });
  }
  /** this · weightᵀ + bias over the last axis; weight [out, in], bias [out]. */
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.one("linear", bias ? [this, weight, bias] : [this, weight]);
  }
  /** [batch, length, n] → [batch, n] at one position. */
  takePosition(position: number): Tensor {
    return takePosition(this, position);
  }
  /** [batch, length, n] → [m, n]: rows of the flattened batch · length at i32 `rows` [m]. */
  takeRows(rows: Tensor): Tensor {
    return this.one("take_rows", [this, rows]);
  }
  /**
   * Cross-entropy of the logits this · weightᵀ (+ bias), which are made in chunks and never held whole. this [m, n];
   * weight [vocabulary, n]; labels i32 [m], −100 where a row doesn't count. `chunks`: absent, by the vocabulary's size.
   */
  headLoss(
    weight: Tensor,
    labels: Tensor,
    o: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      /** Label smoothing: this share of each label is spread over the vocabulary. */
      readonly smoothing?: number;
      /** Logits are bent to cap · tanh(logit / cap). */
      readonly cap?: number;
    },
  ): Tensor {
    // What is spread over the vocabulary has no short form where logits are bent.
    if (o.cap && o.smoothing) return this.linear(weight, o.bias).capped(o.cap).crossEntropy(labels, o);
    const chunks = o.chunks ?? chunksFor(weight.shape[0]!);
    const settings = { ignore: -100, reduction: o.reduction, chunks, ...(o.cap && { cap: o.cap }) };
    const sharp = this.one("head_loss", [this, weight, labels, ...(o.bias ? [o.bias] : [])], settings);
    const { smoothing } = o;
    return smoothing ? sharp.add(smoothingOfHead(this, weight, labels, { ...o, smoothing })) : sharp;
  }
  /**
   * this: logits [..., classes]; labels i32 [...], −100 where a row doesn't count. Mean or sum over the rows that do.
   * `smoothing`: share of each label that is spread over all classes; `weights` [classes].
   */
  crossEntropy(
    labels: Tensor,
    o: { readonly reduction: "mean" | "sum"; readonly smoothing?: number; readonly weights?: Tensor },
  ): Tensor {
    if (o.smoothing || o.weights) return weightedCrossEntropy(this, labels, o);
    return this.one("cross_entropy", [this, labels], { ignore: -100, reduction: o.reduction });
  }
  layerNorm(scale: Tensor, bias: Tensor, epsilon: number): Tensor {
    return this.one("layer_norm", [this, scale, bias], { epsilon });
  }
  /** `offset` is added to the scale: 1 in Gemma, whose weights are kept less one. */
  rmsNorm(scale: Tensor, epsilon: number, offset = 0): Tensor {
    return this.one("rms_norm", [this, scale], { epsilon, offset });
  }
}
