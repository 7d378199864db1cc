/** Matrix products with tfjs. */
import { lastOf } from "#dsl/language/diagnostics/must.js";
import type { Activation } from "#dsl/tensor/ops/shared/activation.js";
import { CURVES } from "./elementwise.js";
import { tf, type T } from "./library.js";
import type { Kernels } from "./op.js";

export function swap(x: T): T {
  const order = x.shape.map((_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}
export const product = (a: T, b: T, ta = false, tb = false): T => tf.matMul(a, b, ta, tb);

/** [..., n] as rows: [product of the rest, n]. */
const rows = (x: T): T => {
  const n = lastOf(x.shape);
  return tf.reshape(x, [x.size / Math.max(n, 1), n]);
};

function affine(x: T, weight: T, bias: T | undefined, shape: readonly number[]): T {
  const y = product(rows(x), weight, false, true);
  return tf.reshape(bias ? tf.add(y, bias) : y, [...shape]);
}

const ACTIVATIONS: Readonly<Record<Activation, (x: T) => T>> = {
  relu: (x) => tf.relu(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  gelu: CURVES.gelu.value,
  gelu_tanh: CURVES.gelu_tanh.value,
};

export const products = {
  matmul([a, b], { transpose_a, transpose_b }, [shape]) {
    const y = product(a, b, transpose_a === true, transpose_b === true);
    return [tf.reshape(y, shape)];
  },
  linear([x, weight, bias], { activation }, [shape]) {
    const y = affine(x, weight, bias, shape);
    return [activation === undefined ? y : ACTIVATIONS[activation](y)];
  },
  outer_product: ([a, b]) => [product(rows(a), rows(b), true)],
  low_rank_merge: ([weight, a, b], { scale }) => [tf.add(weight, tf.mul(product(b, a), scale as number))],
  low_rank_linear([x, weight, a, b, bias], { scale }, [shape]) {
    const low = product(product(rows(x), a, false, true), b, false, true);
    const y = tf.add(product(rows(x), weight, false, true), tf.mul(low, scale as number));
    return [tf.reshape(bias ? tf.add(y, bias) : y, shape)];
  },
} satisfies Kernels;
