/** Comparisons, logic, running sums, scattering, and the optimizers that are written as plain arithmetic, in tfjs. */
import { adafactorStep, lionStep, sgdStep, type Arithmetic } from "#dsl/tensor/ops/shared/optimizer-step.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

const binary =
  (f: (a: TfjsTensor, b: TfjsTensor) => TfjsTensor) =>
  ([a, b]: readonly [TfjsTensor, TfjsTensor]): readonly [TfjsTensor] => [f(a, b)];

function arithmeticOf(rank: number): Arithmetic<TfjsTensor> {
  return {
    number: (x) => tf.scalar(x),
    add: (a, b) => tf.add(a, b),
    subtract: (a, b) => tf.sub(a, b),
    multiply: (a, b) => tf.mul(a, b),
    divide: (a, b) => tf.div(a, b),
    maximum: (a, b) => tf.maximum(a, b),
    sqrt: (x) => tf.sqrt(x),
    sign: signOf,
    power: (x, exponent) => tf.scalar(x.dataSync()[0]! ** exponent),
    float: (x) => tf.cast(x, "float32"),
    mean: (x, axes) => (axes.length ? tf.mean(x, [...axes]) : x.clone()),
    column: (x) => tf.reshape(x, [-1, 1]),
    rank,
  };
}
/** The wasm backend has no Sign kernel. */
function signOf(x: TfjsTensor): TfjsTensor {
  return tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32"));
}

export const arithmeticKernels = {
  power: binary((a, b) => tf.pow(a, b)),
  floor: ([x]) => [tf.floor(x)],
  round: ([x]) => [tf.round(x)],
  less_equal: binary((a, b) => tf.lessEqual(a, b)),
  greater_equal: binary((a, b) => tf.greaterEqual(a, b)),
  not_equal: binary((a, b) => tf.notEqual(a, b)),
  logical_and: binary((a, b) => tf.logicalAnd(a, b)),
  logical_or: binary((a, b) => tf.logicalOr(a, b)),
  logical_not: ([x]) => [tf.logicalNot(x)],
  reduce_min([x], a) {
    return [a.axes.length ? tf.min(x, [...a.axes], a.keep) : x.clone()];
  },
  cumulative_sum: ([x], a) => [tf.cumsum(x, a.axis, a.exclusive, a.reverse)],
  scatter_add([base, indices, more], _, [shape]) {
    const sums = Float32Array.from(base.dataSync());
    const rows = more.dataSync();
    const width = shape.slice(1).reduce((n, d) => n * d, 1);
    indices.dataSync().forEach((r, i) => {
      if (r < 0 || r >= shape[0]!) throw new RangeError(`row ${String(r)} of ${String(shape[0])}`);
      for (let c = 0; c < width; c++) sums[r * width + c] = sums[r * width + c]! + rows[i * width + c]!;
    });
    return [tf.tensor(sums, shape, "float32")];
  },
  one_hot([indices], a, [shape]) {
    const depth = a.depth;
    const hot = new Float32Array(shape.reduce((n, d) => n * d, 1));
    indices.dataSync().forEach((k, i) => {
      if (k >= 0 && k < depth) hot[i * depth + k] = 1;
    });
    return [tf.tensor(hot, shape, "float32")];
  },
  sgd: (inputs, a) => sgdStep(arithmeticOf(inputs[0].rank), inputs, a),
  lion: (inputs, a) => lionStep(arithmeticOf(inputs[0].rank), inputs, a),
  adafactor: (inputs, a) => adafactorStep(arithmeticOf(inputs[0].rank), inputs, a),
} satisfies TfjsKernels;
