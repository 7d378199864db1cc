/** All ops by name. Leaves are none: the builder makes those nodes itself. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Infer } from "../attributes.js";
import type { Each, NodeOfOp, Op } from "../op.js";
import type { Node } from "../program.js";
import { abs } from "./abs.js";
import { adafactor } from "./adafactor.js";
import { adamw } from "./adamw.js";
import { add } from "./add.js";
import { argmax } from "./argmax.js";
import { attention } from "./attention.js";
import { attention_gradient } from "./attention_gradient.js";
import { cached_attention } from "./cached_attention.js";
import { cast } from "./cast.js";
import { concat } from "./concat.js";
import { cross_entropy } from "./cross_entropy.js";
import { cross_entropy_gradient } from "./cross_entropy_gradient.js";
import { cumulative_sum } from "./cumulative_sum.js";
import { dequantize } from "./dequantize.js";
import { dequantize_blocks } from "./dequantize_blocks.js";
import { detach } from "./detach.js";
import { divide } from "./divide.js";
import { dropout } from "./dropout.js";
import { equal } from "./equal.js";
import { erf } from "./erf.js";
import { exp } from "./exp.js";
import { extend_cache } from "./extend_cache.js";
import { fill_like } from "./fill_like.js";
import { floor } from "./floor.js";
import { gated } from "./gated.js";
import { gated_gradient } from "./gated_gradient.js";
import { gather } from "./gather.js";
import { gelu } from "./gelu.js";
import { gelu_gradient } from "./gelu_gradient.js";
import { global_norm } from "./global_norm.js";
import { greater } from "./greater.js";
import { greater_equal } from "./greater_equal.js";
import { head_loss } from "./head_loss.js";
import { head_loss_gradient } from "./head_loss_gradient.js";
import { layer_norm } from "./layer_norm.js";
import { layer_norm_gradient } from "./layer_norm_gradient.js";
import { less } from "./less.js";
import { less_equal } from "./less_equal.js";
import { linear } from "./linear.js";
import { lion } from "./lion.js";
import { log } from "./log.js";
import { log_softmax } from "./log_softmax.js";
import { logical_and } from "./logical_and.js";
import { logical_not } from "./logical_not.js";
import { logical_or } from "./logical_or.js";
import { low_rank_linear } from "./low_rank_linear.js";
import { low_rank_merge } from "./low_rank_merge.js";
import { matmul } from "./matmul.js";
import { maximum } from "./maximum.js";
import { minimum } from "./minimum.js";
import { multiply } from "./multiply.js";
import { negate } from "./negate.js";
import { not_equal } from "./not_equal.js";
import { one_hot } from "./one_hot.js";
import { outer_product } from "./outer_product.js";
import { pad } from "./pad.js";
import { place_position } from "./place_position.js";
import { place_rows } from "./place_rows.js";
import { power } from "./power.js";
import { range_like } from "./range_like.js";
import { reduce_gradient } from "./reduce_gradient.js";
import { reduce_max } from "./reduce_max.js";
import { reduce_mean } from "./reduce_mean.js";
import { reduce_min } from "./reduce_min.js";
import { reduce_sum } from "./reduce_sum.js";
import { relu } from "./relu.js";
import { reshape } from "./reshape.js";
import { rms_norm } from "./rms_norm.js";
import { rms_norm_gradient } from "./rms_norm_gradient.js";
import { rope } from "./rope.js";
import { round } from "./round.js";
import { rsqrt } from "./rsqrt.js";
import { scatter_add } from "./scatter_add.js";
import { scatter_rows } from "./scatter_rows.js";
import { select } from "./select.js";
import { sgd } from "./sgd.js";
import { sigmoid } from "./sigmoid.js";
import { sign } from "./sign.js";
import { silu } from "./silu.js";
import { silu_gradient } from "./silu_gradient.js";
import { slice } from "./slice.js";
import { softmax } from "./softmax.js";
import { softplus } from "./softplus.js";
import { split } from "./split.js";
import { sqrt } from "./sqrt.js";
import { square } from "./square.js";
import { subtract } from "./subtract.js";
import { take_position } from "./take_position.js";
import { take_rows } from "./take_rows.js";
import { tanh } from "./tanh.js";
import { transpose } from "./transpose.js";

export const table = {
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
export const ops: readonly Op[] = Object.values(table);

export type OpName = keyof typeof table;
type OpOf<N extends OpName> = (typeof table)[N];
type NamesOf<P> = P extends Op<infer I, infer O, infer S> ? { inputs: I; outputs: O; schema: S } : never;
export type InputsOf<N extends OpName, T> = Each<NamesOf<OpOf<N>>["inputs"], T>;
export type OutputsOf<N extends OpName, T> = Each<NamesOf<OpOf<N>>["outputs"], T>;
export type AttributesOf<N extends OpName> = Infer<NamesOf<OpOf<N>>["schema"]>;
/** A node of the op of that name. */
export type NodeOf<N extends OpName> = NodeOfOp<OpOf<N>>;

const byName: Readonly<Record<string, Op | undefined>> = table;

/** Undefined for leaves, and for what a newer version may have written. */
export function opOf({ op }: Pick<Node, "op">): Op | undefined {
  return Object.hasOwn(byName, op) ? byName[op] : undefined;
}

/** Throws `graph-unknown-op`. */
export function opNamed(name: string): Op {
  const op = opOf({ op: name });
  if (!op) throw new CodedError("graph-unknown-op", { op: name });
  return op;
}
