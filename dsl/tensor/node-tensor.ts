/** Tensors of a graph that is being built: each method appends a node of the op that it is named after. */
import type { Infer } from "./attributes.js";
import { isNodeOf } from "./op.js";
import type { Attributes, Dimension, DType, Ref, Type } from "./program.js";
import type { Smooth } from "./ops/shared/gelu.js";
import { chunksFor } from "./ops/shared/head.js";
import { smoothingOfHead, weightedCrossEntropy, type CrossEntropySettings } from "./losses.js";
import { takePosition } from "./position.js";
import type { REDUCTION } from "./ops/shared/reduction.js";
import { sameShape } from "./shape.js";
import { table } from "./table.js";
import type { Builder, Given, Kind, Tensor, Tensors } from "./tensor.js";
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
  private one<I extends readonly Type[], A extends Attributes>(
    op: Kind<I, readonly Type[], A>,
    inputs: Tensors<NoInfer<I>>,
    ...given: Given<A>
  ): Tensor {
    return this.graph.one(op, inputs, ...given);
  }
  private unary(op: Kind<readonly [Type], readonly [Type], Record<never, never>>): Tensor {
    return this.graph.one(op, [this]);
  }
  private with(op: Kind<readonly [Type, Type], readonly [Type], Record<never, never>>, other: Tensor | number): Tensor {
    return this.graph.one(op, [this, this.like(other)]);
  }
  private like(x: Tensor | number): Tensor {
    return typeof x === "number" ? this.graph.constant(scalar(this.dtype, x)) : x;
  }
  add(x: Tensor | number): Tensor {
    return this.with(table.add, x);
  }
  subtract(x: Tensor | number): Tensor {
    return this.with(table.subtract, x);
  }
  multiply(x: Tensor | number): Tensor {
    return this.with(table.multiply, x);
  }
  divide(x: Tensor | number): Tensor {
    return this.with(table.divide, x);
  }
  maximum(x: Tensor | number): Tensor {
    return this.with(table.maximum, x);
  }
  minimum(x: Tensor | number): Tensor {
    return this.with(table.minimum, x);
  }
  equal(x: Tensor | number): Tensor {
    return this.with(table.equal, x);
  }
  less(x: Tensor | number): Tensor {
    return this.with(table.less, x);
  }
  greater(x: Tensor | number): Tensor {
    return this.with(table.greater, x);
  }
  notEqual(x: Tensor | number): Tensor {
    return this.with(table.not_equal, x);
  }
  lessEqual(x: Tensor | number): Tensor {
    return this.with(table.less_equal, x);
  }
  greaterEqual(x: Tensor | number): Tensor {
    return this.with(table.greater_equal, x);
  }
  power(x: Tensor | number): Tensor {
    return this.with(table.power, x);
  }
  and(x: Tensor): Tensor {
    return this.with(table.logical_and, x);
  }
  or(x: Tensor): Tensor {
    return this.with(table.logical_or, x);
  }
  not(): Tensor {
    return this.unary(table.logical_not);
  }
  detach(): Tensor {
    return this.unary(table.detach);
  }
  sign(): Tensor {
    return this.unary(table.sign);
  }
  floor(): Tensor {
    return this.unary(table.floor);
  }
  round(): Tensor {
    return this.unary(table.round);
  }
  negate(): Tensor {
    return this.unary(table.negate);
  }
  exp(): Tensor {
    return this.unary(table.exp);
  }
  log(): Tensor {
    return this.unary(table.log);
  }
  sqrt(): Tensor {
    return this.unary(table.sqrt);
  }
  rsqrt(): Tensor {
    return this.unary(table.rsqrt);
  }
  tanh(): Tensor {
    return this.unary(table.tanh);
  }
  sigmoid(): Tensor {
    return this.unary(table.sigmoid);
  }
  erf(): Tensor {
    return this.unary(table.erf);
  }
  square(): Tensor {
    return this.unary(table.square);
  }
  abs(): Tensor {
    return this.unary(table.abs);
  }
  relu(): Tensor {
    return this.unary(table.relu);
  }
  softplus(): Tensor {
    return this.unary(table.softplus);
  }
  silu(): Tensor {
    return this.unary(table.silu);
  }
  gelu(o: { readonly approximate?: boolean | "quick" } = {}): Tensor {
    return this.one(table.gelu, [this], { approximate: o.approximate ?? false });
  }
  argmax(): Tensor {
    return this.unary(table.argmax);
  }
  range(axis: number): Tensor {
    return this.one(table.range_like, [this], { axis });
  }
  filled(value: number): Tensor {
    return this.one(table.fill_like, [this], { value });
  }
  capped(cap: number): Tensor {
    return this.multiply(1 / cap)
      .tanh()
      .multiply(cap);
  }
  gated(b: Tensor, activation: Smooth): Tensor {
    return this.one(table.gated, [this, b], { activation });
  }
  softmax(): Tensor {
    return this.unary(table.softmax);
  }
  logSoftmax(): Tensor {
    return this.unary(table.log_softmax);
  }
  select(a: Tensor, b: Tensor): Tensor {
    return this.one(table.select, [this, a, b]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.one(table.cast, [this], { dtype });
  }
  reshape(shape: readonly Dimension[]): Tensor {
    return sameShape(shape, this.shape) ? this : this.one(table.reshape, [this], { shape });
  }
  transpose(order: readonly number[]): Tensor {
    const node = this.graph.nodeOf(this);
    if (isNodeOf(node, table.transpose) && order.length && order.every((axis, i) => node.attributes.order[axis] === i))
      return this.graph.tensor(node.inputs[0]);
    return this.one(table.transpose, [this], { order });
  }
  slice(axis: number, start: number, size: Dimension): Tensor {
    return this.one(table.slice, [this], { axis, start, size });
  }
  split(axis: number, sizes: readonly number[]): readonly Tensor[] {
    return this.graph.apply(table.split, [this], { axis, sizes });
  }
  gather(indices: Tensor): Tensor {
    return this.one(table.gather, [this, indices]);
  }
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor {
    return this.one(table.extend_cache, [this, rows, start], { size });
  }
  private reduce(
    op: Kind<readonly [Type], readonly [Type], Infer<typeof REDUCTION>>,
    over: readonly number[] | undefined,
    keep: boolean,
  ): Tensor {
    const all = over ?? Array.from({ length: this.rank }, (_, i) => i);
    const axes = all.map((axis) => (axis < 0 ? axis + this.rank : axis)).sort((a, b) => a - b);
    return this.one(op, [this], { axes, keep });
  }
  sum(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(table.reduce_sum, axes, keep);
  }
  mean(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(table.reduce_mean, axes, keep);
  }
  max(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(table.reduce_max, axes, keep);
  }
  min(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(table.reduce_min, axes, keep);
  }
  cumulativeSum(axis: number, o: { readonly exclusive?: boolean; readonly reverse?: boolean } = {}): Tensor {
    const attributes = { axis, exclusive: o.exclusive ?? false, reverse: o.reverse ?? false };
    return this.one(table.cumulative_sum, [this], attributes);
  }
  scatterAdd(indices: Tensor, more: Tensor): Tensor {
    return this.one(table.scatter_add, [this, indices, more]);
  }
  oneHot(depth: number): Tensor {
    return this.one(table.one_hot, [this], { depth });
  }
  matmul(x: Tensor, o: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Tensor {
    return this.one(table.matmul, [this, x], {
      transpose_a: o.transposeA ?? false,
      transpose_b: o.transposeB ?? false,
    });
  }
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.one(table.linear, bias ? [this, weight, bias] : [this, weight]);
  }
  takePosition(position: number): Tensor {
    return takePosition(this, position);
  }
  takeRows(rows: Tensor): Tensor {
    return this.one(table.take_rows, [this, rows]);
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
      readonly each?: Tensor;
    },
  ): Tensor {
    // What each row counts the op can't tell apart: the logits are made whole.
    if (o.each) {
      const logits = this.linear(weight, o.bias);
      return (o.cap ? logits.capped(o.cap) : logits).crossEntropy(labels, o);
    }
    // What is spread over the vocabulary has no short form where logits are bent.
    if (o.cap && o.smoothing) return this.linear(weight, o.bias).capped(o.cap).crossEntropy(labels, o);
    const chunks = o.chunks ?? chunksFor(weight.shape[0]!);
    const settings = { ignore: -100, reduction: o.reduction, chunks, ...(o.cap && { cap: o.cap }) };
    const sharp = this.one(table.head_loss, [this, weight, labels, ...(o.bias ? [o.bias] : [])], settings);
    const { smoothing } = o;
    return smoothing ? sharp.add(smoothingOfHead(this, weight, labels, { ...o, smoothing })) : sharp;
  }
  crossEntropy(labels: Tensor, o: CrossEntropySettings): Tensor {
    if (o.smoothing || o.weights || o.focal || o.each) return weightedCrossEntropy(this, labels, o);
    return this.one(table.cross_entropy, [this, labels], { ignore: -100, reduction: o.reduction });
  }
  layerNorm(scale: Tensor, bias: Tensor, epsilon: number): Tensor {
    return this.one(table.layer_norm, [this, scale, bias], { epsilon });
  }
  rmsNorm(scale: Tensor, epsilon: number, offset = 0): Tensor {
    return this.one(table.rms_norm, [this, scale], { epsilon, offset });
  }
}
