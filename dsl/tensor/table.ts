/** All ops by name. Leaves are not ops: the builder makes those nodes itself. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { InferAttributes } from "./attributes.js";
import type { ValuePerPortName, NodeOfOp, Op } from "./op.js";
import type { Node } from "./program.js";
import { abs } from "./ops/abs.js";
import { adafactor } from "./ops/adafactor.js";
import { adamw } from "./ops/adamw.js";
import { add } from "./ops/add.js";
import { argmax } from "./ops/argmax.js";
import { attention } from "./ops/attention.js";
import { attention_gradient } from "./ops/attention_gradient.js";
import { cached_attention } from "./ops/cached_attention.js";
import { cast } from "./ops/cast.js";
import { concat } from "./ops/concat.js";
import { cross_entropy } from "./ops/cross_entropy.js";
import { cross_entropy_gradient } from "./ops/cross_entropy_gradient.js";
import { cumulative_sum } from "./ops/cumulative_sum.js";
import { dequantize } from "./ops/dequantize.js";
import { dequantize_blocks } from "./ops/dequantize_blocks.js";
import { detach } from "./ops/detach.js";
import { divide } from "./ops/divide.js";
import { dropout } from "./ops/dropout.js";
import { equal } from "./ops/equal.js";
import { erf } from "./ops/erf.js";
import { exp } from "./ops/exp.js";
import { extend_cache } from "./ops/extend_cache.js";
import { fill_like } from "./ops/fill_like.js";
import { floor } from "./ops/floor.js";
import { gated } from "./ops/gated.js";
import { gated_gradient } from "./ops/gated_gradient.js";
import { gather } from "./ops/gather.js";
import { gelu } from "./ops/gelu.js";
import { gelu_gradient } from "./ops/gelu_gradient.js";
import { global_norm } from "./ops/global_norm.js";
import { greater } from "./ops/greater.js";
import { greater_equal } from "./ops/greater_equal.js";
import { head_loss } from "./ops/head_loss.js";
import { head_loss_gradient } from "./ops/head_loss_gradient.js";
import { layer_norm } from "./ops/layer_norm.js";
import { layer_norm_gradient } from "./ops/layer_norm_gradient.js";
import { less } from "./ops/less.js";
import { less_equal } from "./ops/less_equal.js";
import { linear } from "./ops/linear.js";
import { lion } from "./ops/lion.js";
import { log } from "./ops/log.js";
import { log_softmax } from "./ops/log_softmax.js";
import { logical_and } from "./ops/logical_and.js";
import { logical_not } from "./ops/logical_not.js";
import { logical_or } from "./ops/logical_or.js";
import { low_rank_linear } from "./ops/low_rank_linear.js";
import { low_rank_merge } from "./ops/low_rank_merge.js";
import { matmul } from "./ops/matmul.js";
import { maximum } from "./ops/maximum.js";
import { minimum } from "./ops/minimum.js";
import { multiply } from "./ops/multiply.js";
import { negate } from "./ops/negate.js";
import { not_equal } from "./ops/not_equal.js";
import { one_hot } from "./ops/one_hot.js";
import { outer_product } from "./ops/outer_product.js";
import { pad } from "./ops/pad.js";
import { place_position } from "./ops/place_position.js";
import { place_rows } from "./ops/place_rows.js";
import { power } from "./ops/power.js";
import { range_like } from "./ops/range_like.js";
import { reduce_gradient } from "./ops/reduce_gradient.js";
import { reduce_max } from "./ops/reduce_max.js";
import { reduce_mean } from "./ops/reduce_mean.js";
import { reduce_min } from "./ops/reduce_min.js";
import { reduce_sum } from "./ops/reduce_sum.js";
import { relu } from "./ops/relu.js";
import { reshape } from "./ops/reshape.js";
import { rms_norm } from "./ops/rms_norm.js";
import { rms_norm_gradient } from "./ops/rms_norm_gradient.js";
import { rope } from "./ops/rope.js";
import { round } from "./ops/round.js";
import { rsqrt } from "./ops/rsqrt.js";
import { scatter_add } from "./ops/scatter_add.js";
import { scatter_rows } from "./ops/scatter_rows.js";
import { select } from "./ops/select.js";
import { sgd } from "./ops/sgd.js";
import { sigmoid } from "./ops/sigmoid.js";
import { sign } from "./ops/sign.js";
import { silu } from "./ops/silu.js";
import { silu_gradient } from "./ops/silu_gradient.js";
import { slice } from "./ops/slice.js";
import { softmax } from "./ops/softmax.js";
import { softplus } from "./ops/softplus.js";
import { split } from "./ops/split.js";
import { sqrt } from "./ops/sqrt.js";
import { square } from "./ops/square.js";
import { subtract } from "./ops/subtract.js";
import { take_position } from "./ops/take_position.js";
import { take_rows } from "./ops/take_rows.js";
import { tanh } from "./ops/tanh.js";
import { transpose } from "./ops/transpose.js";

export const opTable = {
  abs,
  adafactor,
  adamw,
  add,
  argmax,
  attention,
  attention_gradient,
  cached_attention,
  cast,
  concat,
  cross_entropy,
  cross_entropy_gradient,
  cumulative_sum,
  dequantize,
  dequantize_blocks,
  detach,
  divide,
  dropout,
  equal,
  erf,
  exp,
  extend_cache,
  fill_like,
  floor,
  gated,
  gated_gradient,
  gather,
  gelu,
  gelu_gradient,
  global_norm,
  greater,
  greater_equal,
  head_loss,
  head_loss_gradient,
  layer_norm,
  layer_norm_gradient,
  less,
  less_equal,
  linear,
  lion,
  log,
  log_softmax,
  logical_and,
  logical_not,
  logical_or,
  low_rank_linear,
  low_rank_merge,
  matmul,
  maximum,
  minimum,
  multiply,
  negate,
  not_equal,
  one_hot,
  outer_product,
  pad,
  place_position,
  place_rows,
  power,
  range_like,
  reduce_gradient,
  reduce_max,
  reduce_mean,
  reduce_min,
  reduce_sum,
  relu,
  reshape,
  rms_norm,
  rms_norm_gradient,
  rope,
  round,
  rsqrt,
  scatter_add,
  scatter_rows,
  select,
  sgd,
  sigmoid,
  sign,
  silu,
  silu_gradient,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  subtract,
  take_position,
  take_rows,
  tanh,
  transpose,
};
export const ops: readonly Op[] = Object.values(opTable);

export type OpName = keyof typeof opTable;
type OpOf<N extends OpName> = (typeof opTable)[N];
type NamesOf<P> = P extends Op<infer I, infer O, infer S> ? { inputs: I; outputs: O; schema: S } : never;
export type InputsOf<N extends OpName, T> = ValuePerPortName<NamesOf<OpOf<N>>["inputs"], T>;
export type OutputsOf<N extends OpName, T> = ValuePerPortName<NamesOf<OpOf<N>>["outputs"], T>;
export type AttributesOf<N extends OpName> = InferAttributes<NamesOf<OpOf<N>>["schema"]>;
export type NodeOf<N extends OpName> = NodeOfOp<OpOf<N>>;

const byName: Readonly<Record<string, Op | undefined>> = opTable;

/** Returns a node's op; undefined for leaves, and for ops that a newer version may have written. */
export function opOf({ op }: Pick<Node, "op">): Op | undefined {
  return Object.hasOwn(byName, op) ? byName[op] : undefined;
}

/** Returns the op of that name; throws `graph-unknown-op`. */
export function opNamed(name: string): Op {
  const op = opOf({ op: name });
  if (!op) throw new CodedError("graph-unknown-op", { op: name });
  return op;
}
