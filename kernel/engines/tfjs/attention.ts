/** Attention in tfjs, [batch, key-value heads, group × length, size] as in the TensorFlow lowering. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import {
  withAttentionDefaults,
  attentionGradientInputs,
  attentionInputs,
  dropoutRowIndex,
  attentionGeometry,
  HIDDEN_KEY_SCORE,
  keyVisibility,
  type AttentionAttributes,
  type AttentionInputs,
} from "#dsl/tensor/ops/shared/heads.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import { dropoutMaskOf } from "./elementwise.js";
import { copyNumbers, tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";
import { matrixProduct, swapLastAxes } from "./products.js";

/** [batch, length, heads × size] → [batch, kv, group × length, size], and back. */
function split(x: TfjsTensor, heads: number, group: number): TfjsTensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const cut = tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  return tf.reshape(cut, [batch, heads / group, group * length, width / heads]);
}
function join(x: TfjsTensor, heads: number, shape: readonly number[]): TfjsTensor {
  const [batch, length, width] = shape as [number, number, number];
  return tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, width / heads]), [0, 2, 1, 3]), [...shape]);
}

/** The additive mask: 0 or HIDDEN, [batch, 1, length, keys]. */
function gaps(x: AttentionInputs<TfjsTensor>, a: AttentionAttributes): TfjsTensor {
  const seen = (t: TfjsTensor): ArrayValues => ({ shape: t.shape, data: Float64Array.from(copyNumbers(t)) });
  const shape = (t: TfjsTensor): ArrayValues => ({ shape: t.shape, data: new Float64Array(0) });
  const g = attentionGeometry(shape(x.q), shape(x.k), a);
  const sees = keyVisibility(g, a, {
    q: makeArrayValues([]),
    k: makeArrayValues([]),
    v: makeArrayValues([]),
    mask: seen(x.mask),
    ...(x.segments && { segments: seen(x.segments) }),
    ...(x.offset && { offset: seen(x.offset) }),
  });
  const gap = new Float32Array(g.batch * g.length * g.keys);
  gap.forEach((_, index) => {
    const row = Math.floor(index / g.keys);
    if (!sees(Math.floor(row / g.length), row % g.length, index % g.keys)) gap[index] = HIDDEN_KEY_SCORE;
  });
  return tf.tensor(gap, [g.batch, 1, g.length, g.keys], "float32");
}

export const attentionKernels = {
  attention(inputs, attributes, [shape, square]) {
    const a = withAttentionDefaults(attributes);
    const x = attentionInputs(inputs, a);
    const group = a.heads / a.key_value_heads;
    const [q, k, v] = [split(x.q, a.heads, group), split(x.k, a.key_value_heads, 1), split(x.v, a.key_value_heads, 1)];
    const products = tf.reshape(tf.mul(matrixProduct(q, swapLastAxes(k)), a.scale), square);
    const scores = a.cap ? tf.mul(tf.tanh(tf.div(products, a.cap)), a.cap) : products;
    const added = x.bias ? tf.add(gaps(x, a), x.bias) : gaps(x, a);
    const p = tf.softmax(tf.add(scores, added));
    const weights = a.rate > 0 ? tf.mul(p, keepOf(p.shape, a, x.step)) : p;
    return [join(matrixProduct(grouped(weights, a), v), a.heads, shape), p];
  },
  attention_gradient(inputs, attributes, [queries, keys, , square]) {
    const a = withAttentionDefaults(attributes);
    const x = attentionGradientInputs(inputs);
    const group = a.heads / a.key_value_heads;
    const keep = a.rate > 0 ? keepOf(square, a, x.step) : null;
    const dropped = (t: TfjsTensor): TfjsTensor => (keep ? tf.mul(t, keep) : t);
    const [k, v] = [split(x.k, a.key_value_heads, 1), split(x.v, a.key_value_heads, 1)];
    const [q, y, dy] = [x.q, x.context, x.dcontext].map((t) => split(t, a.heads, group)) as [
      TfjsTensor,
      TfjsTensor,
      TfjsTensor,
    ];
    const dv = matrixProduct(swapLastAxes(grouped(dropped(x.probabilities), a)), dy);
    const mean = tf.reshape(tf.sum(tf.mul(y, dy), 3), [...square.slice(0, 3), 1]);
    const dp = dropped(tf.reshape(matrixProduct(dy, swapLastAxes(v)), square));
    const dscores = tf.mul(x.probabilities, tf.sub(dp, mean));
    const ds = tf.mul(grouped(a.cap ? sloped(dscores, q, k, a) : dscores, a), a.scale);
    return [
      join(matrixProduct(ds, k), a.heads, queries),
      join(matrixProduct(swapLastAxes(ds), q), a.key_value_heads, keys),
      join(dv, a.key_value_heads, keys),
      dscores,
    ];
  },
} satisfies TfjsKernels;

function keepOf(square: readonly number[], a: AttentionAttributes, step: TfjsTensor | undefined): TfjsTensor {
  const [, heads = 1, length = 1] = square;
  return dropoutMaskOf(
    square,
    a,
    mustExist(step, "the step that a dropout is drawn by"),
    dropoutRowIndex(heads, length),
  );
}

/** The gradient of q and k for the gradient of capped scores, per head. */
function sloped(dscores: TfjsTensor, q: TfjsTensor, k: TfjsTensor, a: AttentionAttributes): TfjsTensor {
  const bent = tf.tanh(tf.mul(tf.reshape(matrixProduct(q, swapLastAxes(k)), dscores.shape), a.scale / a.cap));
  return tf.sub(dscores, tf.mul(dscores, tf.square(bent)));
}

/** [batch, heads, length, keys] → [batch, kv, group × length, keys]. */
function grouped(x: TfjsTensor, a: AttentionAttributes): TfjsTensor {
  const [batch, heads, length, keys] = x.shape as [number, number, number, number];
  return tf.reshape(x, [batch, a.key_value_heads, (heads / a.key_value_heads) * length, keys]);
}
