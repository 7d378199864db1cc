/** Matrix products in tfjs. */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { LinearActivationName } from "#dsl/tensor/ops/shared/activation.js";
import { ACTIVATION_CURVES } from "./elementwise.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

export function swapLastAxes(x: TfjsTensor): TfjsTensor {
  const order = x.shape.map((_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}
export const matrixProduct = (a: TfjsTensor, b: TfjsTensor, ta = false, tb = false): TfjsTensor =>
  tf.matMul(a, b, ta, tb);

/** Flattens [..., n] to rows: [product of the rest, n]. */
const rows = (x: TfjsTensor): TfjsTensor => {
  const n = lastOf(x.shape);
  return tf.reshape(x, [x.size / Math.max(n, 1), n]);
};

function affine(x: TfjsTensor, weight: TfjsTensor, bias: TfjsTensor | undefined, shape: readonly number[]): TfjsTensor {
  const y = matrixProduct(rows(x), weight, false, true);
  return tf.reshape(bias ? tf.add(y, bias) : y, [...shape]);
}

const ACTIVATIONS: Readonly<Record<LinearActivationName, (x: TfjsTensor) => TfjsTensor>> = {
  relu: (x) => tf.relu(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  gelu: ACTIVATION_CURVES.gelu.value,
  gelu_tanh: ACTIVATION_CURVES.gelu_tanh.value,
};

export const productKernels = {
  matmul([a, b], { transpose_a, transpose_b }, [shape]) {
    const y = matrixProduct(a, b, transpose_a === true, transpose_b === true);
    return [tf.reshape(y, shape)];
  },
  linear([x, weight, bias], { activation }, [shape]) {
    const y = affine(x, weight, bias, shape);
    return [activation === undefined ? y : ACTIVATIONS[activation](y)];
  },
  outer_product: ([a, b]) => [matrixProduct(rows(a), rows(b), true)],
  low_rank_merge: ([weight, a, b], { scale }) => [tf.add(weight, tf.mul(matrixProduct(b, a), scale as number))],
  low_rank_linear([x, weight, a, b, bias], { scale }, [shape]) {
    const low = matrixProduct(matrixProduct(rows(x), a, false, true), b, false, true);
    const y = tf.add(matrixProduct(rows(x), weight, false, true), tf.mul(low, scale as number));
    return [tf.reshape(bias ? tf.add(y, bias) : y, shape)];
  },
} satisfies TfjsKernels;
