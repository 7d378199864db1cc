/** Tensors of a graph under construction: each method appends a node of the op that has its name. */
import type { InferAttributes } from "./attributes.js";
import { isNodeOf } from "./op.js";
import type { Attributes, Dimension, DType, Ref, Type } from "./program.js";
import type { SmoothActivation } from "./ops/shared/gelu.js";
import { headLossChunkCount } from "./ops/shared/head.js";
import { headSmoothingLoss, weightedCrossEntropy, type CrossEntropySettings } from "./losses.js";
import { takePosition } from "./position.js";
import type { REDUCTION_ATTRIBUTES } from "./ops/shared/reduction.js";
import { sameShape } from "./shape.js";
import { opTable } from "./table.js";
import type { GraphBuilder, AttributesArgument, OpSignature, Tensor, TensorPerType } from "./tensor.js";
import { scalarNDArray } from "./values.js";

export class NodeTensor implements Tensor {
  constructor(
    readonly graph: GraphBuilder,
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
    op: OpSignature<I, readonly Type[], A>,
    inputs: TensorPerType<NoInfer<I>>,
    ...given: AttributesArgument<A>
  ): Tensor {
    return this.graph.one(op, inputs, ...given);
  }
  private unary(op: OpSignature<readonly [Type], readonly [Type], Record<never, never>>): Tensor {
    return this.graph.one(op, [this]);
  }
  private with(
    op: OpSignature<readonly [Type, Type], readonly [Type], Record<never, never>>,
    other: Tensor | number,
  ): Tensor {
    return this.graph.one(op, [this, this.like(other)]);
  }
  private like(x: Tensor | number): Tensor {
    return typeof x === "number" ? this.graph.constant(scalarNDArray(this.dtype, x)) : x;
  }
  add(x: Tensor | number): Tensor {
    return this.with(opTable.add, x);
  }
  subtract(x: Tensor | number): Tensor {
    return this.with(opTable.subtract, x);
  }
  multiply(x: Tensor | number): Tensor {
    return this.with(opTable.multiply, x);
  }
  divide(x: Tensor | number): Tensor {
    return this.with(opTable.divide, x);
  }
  maximum(x: Tensor | number): Tensor {
    return this.with(opTable.maximum, x);
  }
  minimum(x: Tensor | number): Tensor {
    return this.with(opTable.minimum, x);
  }
  equal(x: Tensor | number): Tensor {
    return this.with(opTable.equal, x);
  }
  less(x: Tensor | number): Tensor {
    return this.with(opTable.less, x);
  }
  greater(x: Tensor | number): Tensor {
    return this.with(opTable.greater, x);
  }
  notEqual(x: Tensor | number): Tensor {
    return this.with(opTable.not_equal, x);
  }
  lessEqual(x: Tensor | number): Tensor {
    return this.with(opTable.less_equal, x);
  }
  greaterEqual(x: Tensor | number): Tensor {
    return this.with(opTable.greater_equal, x);
  }
  power(x: Tensor | number): Tensor {
    return this.with(opTable.power, x);
  }
  and(x: Tensor): Tensor {
    return this.with(opTable.logical_and, x);
  }
  or(x: Tensor): Tensor {
    return this.with(opTable.logical_or, x);
  }
  not(): Tensor {
    return this.unary(opTable.logical_not);
  }
  detach(): Tensor {
    return this.unary(opTable.detach);
  }
  sign(): Tensor {
    return this.unary(opTable.sign);
  }
  floor(): Tensor {
    return this.unary(opTable.floor);
  }
  round(): Tensor {
    return this.unary(opTable.round);
  }
  negate(): Tensor {
    return this.unary(opTable.negate);
  }
  exp(): Tensor {
    return this.unary(opTable.exp);
  }
  log(): Tensor {
    return this.unary(opTable.log);
  }
  sqrt(): Tensor {
    return this.unary(opTable.sqrt);
  }
  rsqrt(): Tensor {
    return this.unary(opTable.rsqrt);
  }
  tanh(): Tensor {
    return this.unary(opTable.tanh);
  }
  sigmoid(): Tensor {
    return this.unary(opTable.sigmoid);
  }
  erf(): Tensor {
    return this.unary(opTable.erf);
  }
  square(): Tensor {
    return this.unary(opTable.square);
  }
  abs(): Tensor {
    return this.unary(opTable.abs);
  }
  relu(): Tensor {
    return this.unary(opTable.relu);
  }
  softplus(): Tensor {
    return this.unary(opTable.softplus);
  }
  silu(): Tensor {
    return this.unary(opTable.silu);
  }
  gelu(options: { readonly approximate?: boolean | "quick" } = {}): Tensor {
    return this.one(opTable.gelu, [this], { approximate: options.approximate ?? false });
  }
  argmax(): Tensor {
    return this.unary(opTable.argmax);
  }
  range(axis: number): Tensor {
    return this.one(opTable.range_like, [this], { axis });
  }
  filled(value: number): Tensor {
    return this.one(opTable.fill_like, [this], { value });
  }
  capped(cap: number): Tensor {
    return this.multiply(1 / cap)
      .tanh()
      .multiply(cap);
  }
  gated(b: Tensor, activation: SmoothActivation): Tensor {
    return this.one(opTable.gated, [this, b], { activation });
  }
  softmax(): Tensor {
    return this.unary(opTable.softmax);
  }
  logSoftmax(): Tensor {
    return this.unary(opTable.log_softmax);
  }
  select(a: Tensor, b: Tensor): Tensor {
    return this.one(opTable.select, [this, a, b]);
  }
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : this.one(opTable.cast, [this], { dtype });
  }
  reshape(shape: readonly Dimension[]): Tensor {
    return sameShape(shape, this.shape) ? this : this.one(opTable.reshape, [this], { shape });
  }
  transpose(order: readonly number[]): Tensor {
    const node = this.graph.nodeOf(this);
    if (
      isNodeOf(node, opTable.transpose) &&
      order.length &&
      order.every((axis, i) => node.attributes.order[axis] === i)
    )
      return this.graph.tensor(node.inputs[0]);
    return this.one(opTable.transpose, [this], { order });
  }
  slice(axis: number, start: number, size: Dimension): Tensor {
    return this.one(opTable.slice, [this], { axis, start, size });
  }
  split(axis: number, sizes: readonly number[]): readonly Tensor[] {
    return this.graph.apply(opTable.split, [this], { axis, sizes });
  }
  gather(indices: Tensor): Tensor {
    return this.one(opTable.gather, [this, indices]);
  }
  extended(rows: Tensor, start: Tensor, size: Dimension): Tensor {
    return this.one(opTable.extend_cache, [this, rows, start], { size });
  }
  private reduce(
    op: OpSignature<readonly [Type], readonly [Type], InferAttributes<typeof REDUCTION_ATTRIBUTES>>,
    over: readonly number[] | undefined,
    keep: boolean,
  ): Tensor {
    const all = over ?? Array.from({ length: this.rank }, (_, i) => i);
    const axes = all.map((axis) => (axis < 0 ? axis + this.rank : axis)).sort((a, b) => a - b);
    return this.one(op, [this], { axes, keep });
  }
  sum(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(opTable.reduce_sum, axes, keep);
  }
  mean(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(opTable.reduce_mean, axes, keep);
  }
  max(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(opTable.reduce_max, axes, keep);
  }
  min(axes?: readonly number[], keep = false): Tensor {
    return this.reduce(opTable.reduce_min, axes, keep);
  }
  cumulativeSum(axis: number, options: { readonly exclusive?: boolean; readonly reverse?: boolean } = {}): Tensor {
    const attributes = { axis, exclusive: options.exclusive ?? false, reverse: options.reverse ?? false };
    return this.one(opTable.cumulative_sum, [this], attributes);
  }
  scatterAdd(indices: Tensor, more: Tensor): Tensor {
    return this.one(opTable.scatter_add, [this, indices, more]);
  }
  oneHot(depth: number): Tensor {
    return this.one(opTable.one_hot, [this], { depth });
  }
  matmul(x: Tensor, options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {}): Tensor {
    return this.one(opTable.matmul, [this, x], {
      transpose_a: options.transposeA ?? false,
      transpose_b: options.transposeB ?? false,
    });
  }
  linear(weight: Tensor, bias?: Tensor): Tensor {
    return this.one(opTable.linear, bias ? [this, weight, bias] : [this, weight]);
  }
  takePosition(position: number): Tensor {
    return takePosition(this, position);
  }
  takeRows(rows: Tensor): Tensor {
    return this.one(opTable.take_rows, [this, rows]);
  }
  headLoss(
    weight: Tensor,
    labels: Tensor,
    options: {
      readonly reduction: "mean" | "sum";
      readonly bias?: Tensor;
      readonly chunks?: number;
      readonly smoothing?: number;
      readonly cap?: number;
      readonly each?: Tensor;
    },
  ): Tensor {
    // The op cannot weight rows individually, so the full logits are computed.
    if (options.each) {
      const logits = this.linear(weight, options.bias);
      return (options.cap ? logits.capped(options.cap) : logits).crossEntropy(labels, options);
    }
    // With capped logits, label smoothing over the vocabulary has no closed form.
    if (options.cap && options.smoothing)
      return this.linear(weight, options.bias).capped(options.cap).crossEntropy(labels, options);
    const chunks = options.chunks ?? headLossChunkCount(weight.shape[0]!);
    const settings = { ignore: -100, reduction: options.reduction, chunks, ...(options.cap && { cap: options.cap }) };
    const sharp = this.one(
      opTable.head_loss,
      [this, weight, labels, ...(options.bias ? [options.bias] : [])],
      settings,
    );
    const { smoothing } = options;
    return smoothing ? sharp.add(headSmoothingLoss(this, weight, labels, { ...options, smoothing })) : sharp;
  }
  crossEntropy(labels: Tensor, options: CrossEntropySettings): Tensor {
    if (options.smoothing || options.weights || options.focal || options.each)
      return weightedCrossEntropy(this, labels, options);
    return this.one(opTable.cross_entropy, [this, labels], { ignore: -100, reduction: options.reduction });
  }
  layerNorm(scale: Tensor, bias: Tensor, epsilon: number): Tensor {
    return this.one(opTable.layer_norm, [this, scale, bias], { epsilon });
  }
  rmsNorm(scale: Tensor, epsilon: number, offset = 0): Tensor {
    return this.one(opTable.rms_norm, [this, scale], { epsilon, offset });
  }
}
