/** Elementwise ops in tfjs. */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { DType } from "#dsl/tensor/program.js";
import { geluKind, QUICK_GELU_FACTOR, type SmoothActivation } from "#dsl/tensor/ops/shared/gelu.js";
import { dropoutMask } from "#dsl/tensor/numbers/random.js";
import { copyNumbers, tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

const ROOT_HALF = Math.SQRT1_2;
const C = Math.sqrt(2 / Math.PI);

const unary =
  (f: (x: TfjsTensor) => TfjsTensor) =>
  ([x]: readonly [TfjsTensor]): readonly [TfjsTensor] => [f(x)];
const binary =
  (f: (a: TfjsTensor, b: TfjsTensor) => TfjsTensor) =>
  ([a, b]: readonly [TfjsTensor, TfjsTensor]): readonly [TfjsTensor] => [f(a, b)];

export const elementwiseKernels = {
  abs: unary((x) => tf.abs(x)),
  negate: unary((x) => tf.neg(x)),
  exp: unary((x) => tf.exp(x)),
  log: unary((x) => tf.log(x)),
  sqrt: unary((x) => tf.sqrt(x)),
  rsqrt: unary((x) => tf.rsqrt(x)),
  square: unary((x) => tf.square(x)),
  tanh: unary((x) => tf.tanh(x)),
  sigmoid: unary((x) => tf.sigmoid(x)),
  erf: unary((x) => tf.erf(x)),
  relu: unary((x) => tf.relu(x)),
  silu: unary((x) => ACTIVATION_CURVES.silu.value(x)),
  silu_gradient: binary((x, dy) => tf.mul(dy, ACTIVATION_CURVES.silu.slope(x))),
  gelu: ([x], a) => [ACTIVATION_CURVES[geluKind(a)].value(x)],
  gelu_gradient: ([x, dy], a) => [tf.mul(dy, ACTIVATION_CURVES[geluKind(a)].slope(x))],
  gated: ([x, b], a) => [tf.mul(ACTIVATION_CURVES[a.activation].value(x), b)],
  gated_gradient([x, b, dy], a) {
    const { value, slope } = ACTIVATION_CURVES[a.activation];
    return [tf.mul(tf.mul(dy, b), slope(x)), tf.mul(dy, value(x))];
  },
  add: binary((a, b) => tf.add(a, b)),
  subtract: binary((a, b) => tf.sub(a, b)),
  multiply: binary((a, b) => tf.mul(a, b)),
  divide: binary((a, b) => tf.div(a, b)),
  maximum: binary((a, b) => tf.maximum(a, b)),
  minimum: binary((a, b) => tf.minimum(a, b)),
  equal: binary((a, b) => tf.equal(a, b)),
  less: binary((a, b) => tf.less(a, b)),
  greater: binary((a, b) => tf.greater(a, b)),
  select: ([c, a, b]) => [tf.where(c, a, b)],
  cast: ([x], a) => [castTo(x, a.dtype)],
  dropout: ([x, step], a) => [tf.mul(x, dropoutMaskOf(x.shape, a, step))],
} satisfies TfjsKernels;

export interface TfjsDropout {
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
}
/** The dropout mask that every engine computes: 0, or 1 / (1 − rate). `counted` is passed to `dropoutMask`. */
export function dropoutMaskOf(
  shape: readonly number[],
  dropout: TfjsDropout,
  step: TfjsTensor,
  counted?: (i: number) => number,
): TfjsTensor {
  const { rate, seed, site } = dropout;
  const size = shape.reduce((n, d) => n * d, 1);
  const mask = dropoutMask(size, lastOf(shape), { rate, seed, site, steps: copyNumbers(step) }, counted);
  return tf.tensor(Float32Array.from(mask), [...shape], "float32");
}

export const TFJS_TYPES = { f32: "float32", i32: "int32", i8: "int32", u8: "int32", bool: "bool" } as const;

function castTo(x: TfjsTensor, dtype: DType): TfjsTensor {
  const type = TFJS_TYPES[dtype as keyof typeof TFJS_TYPES];
  if (x.dtype === type) return x.clone();
  // tfjs's cast to bool uses the lowest byte only.
  return dtype === "bool" ? tf.notEqual(x, 0) : tf.cast(x, type);
}

function geluExact(x: TfjsTensor): TfjsTensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, ROOT_HALF)), 1));
}
function slopeExact(x: TfjsTensor): TfjsTensor {
  const below = tf.mul(tf.add(tf.erf(tf.mul(x, ROOT_HALF)), 1), 0.5);
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(below, tf.mul(x, density));
}
function tanhPart(x: TfjsTensor): TfjsTensor {
  return tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), C));
}
function geluByTanh(x: TfjsTensor): TfjsTensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tanhPart(x), 1));
}
function slopeByTanh(x: TfjsTensor): TfjsTensor {
  const t = tanhPart(x);
  const inner = tf.mul(tf.add(tf.mul(tf.square(x), 3 * 0.044715), 1), C);
  return tf.add(tf.mul(tf.add(t, 1), 0.5), tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(t))), inner));
}

interface Curve {
  readonly value: (x: TfjsTensor) => TfjsTensor;
  readonly slope: (x: TfjsTensor) => TfjsTensor;
}
function sigmoidal(k: number): Curve {
  const sigmoid = (x: TfjsTensor): TfjsTensor => tf.sigmoid(tf.mul(x, k));
  return {
    value: (x) => tf.mul(x, sigmoid(x)),
    slope: (x) => tf.mul(sigmoid(x), tf.add(tf.mul(tf.mul(x, k), tf.sub(1, sigmoid(x))), 1)),
  };
}
export const ACTIVATION_CURVES: Readonly<Record<SmoothActivation, Curve>> = {
  gelu: { value: geluExact, slope: slopeExact },
  gelu_tanh: { value: geluByTanh, slope: slopeByTanh },
  gelu_quick: sigmoidal(QUICK_GELU_FACTOR),
  silu: sigmoidal(1),
};
