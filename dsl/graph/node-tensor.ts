/** Tensors of a graph that is being built: each method appends a node of the op that it is named after. */
import type { Attributes, Dimension, DType, Ref, Type } from "./program.js";
import type { Smooth } from "./gelu.js";
import { chunksFor } from "./head.js";
import { smoothingOfHead, weightedCrossEntropy } from "./losses.js";
import { takePosition } from "./position.js";
import { sameShape } from "./shape.js";
import type { Builder, Tensor } from "./tensor.js";
import { scalar } from "./values.js";

export class NodeTensor implements Tensor {
  constructor(
    readonly graph: Builder,
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
  and(x: Tensor): Tensor {
    return this.with("logical_and", x);
  }
  or(x: Tensor): Tensor {
    return this.with("logical_or", x);
  }
  not(): Tensor {
    return this.one("logical_not", [this]);
  }
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
  gelu(o: { readonly approximate?: boolean | "quick" } = {}): Tensor {
    return this.one("gelu", [this], { approximate: o.approximate ?? false });
  }
  argmax(): Tensor {
    return this.one("argmax", [this]);
  }
  capped(cap: number): Tensor {
    return this.multiply(1 / cap)
      .tanh()
      .multiply(cap);
  }
  gated(b: Tensor, activation: Smooth): Tensor {
    return this.one("gated", [this, b], { activation });
  }
  softmax(): Tensor {
    return this.one("softmax", [this]);
  }
  logSoftmax(): Tensor {
    return this.one("log_softmax", [this]);
  }
  select(a: Tensor, b: Tensor): Tensor {
    return this.one("select", [this, a, b]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.one("cast", [this], { dtype });
  }
  reshape(shape: readonly Dimension[]): Tensor {
    return sameShape(shape, this.shape) ? this : this.one("reshape", [this], { shape });
  }
  transpose(order: readonly number[]): Tensor {
    const { op, inputs, attributes } = this.graph.nodeOf(this);
    const before = op === "transpose" ? (attributes["order"] as readonly number[]) : [];
    if (before.length && order.every((axis, i) => before[axis] === i)) return this.graph.tensor(inputs[0]!);
    return this.one("transpose", [this], { order });
  }
  slice(axis: number, start: number, size: Dimension): Tensor {
    return this.one("slice", [this], { axis, start, size });
  }
  split(axis: number, sizes: readonly number[]): readonly Tensor[] {
    return this.graph.apply("split", [this], { axis, sizes });
  }
  gather(indices: Tensor): Tensor {
    return this.one("gather", [this, indices]);
  }
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
  scatterAdd(indices: Tensor, more: Tensor): Tensor {
    return this.one("scatter_add", [this, indices, more]);
  }
  oneHot(depth: number): Tensor {
    return this.one("one_hot", [this], { depth });
  }
  matmul(x: Tensor, o: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Tensor {
    return this.one("matmul", [this, x], { transpose_a: o.transposeA ?? false, transpose_b: o.transposeB ?? false });
  }
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.one("linear", bias ? [this, weight, bias] : [this, weight]);
  }
  takePosition(position: number): Tensor {
    return takePosition(this, position);
  }
  takeRows(rows: Tensor): Tensor {
    return this.one("take_rows", [this, rows]);
  }
  headLoss(
    weight: Tensor,
    labels: Tensor,
    o: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      readonly smoothing?: number;
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
  rmsNorm(scale: Tensor, epsilon: number, offset = 0): Tensor {
    return this.one("rms_norm", [this, scale], { epsilon, offset });
  }
}
