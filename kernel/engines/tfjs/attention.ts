/** Attention with tfjs, [batch, key-value heads, group × length, size] as in the TensorFlow lowering. */
import { must } from "#dsl/language/diagnostics/must.js";
import {
  attentionAttributes,
  attentionGradientInputs,
  attentionInputs,
  counted,
  geometry,
  HIDDEN,
  sight,
  type AttentionAttributes,
  type AttentionInputs,
} from "#dsl/tensor/ops/shared/heads.js";
import { values, type Values } from "#dsl/tensor/values.js";
import { maskOf } from "./elementwise.js";
import { numbers, tf, type T } from "./library.js";
import type { Kernels } from "./op.js";
import { product, swap } from "./products.js";

/** [batch, length, heads × size] → [batch, kv, group × length, size], and back. */
function split(x: T, heads: number, group: number): T {
  const [batch, length, width] = x.shape as [number, number, number];
  const cut = tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  return tf.reshape(cut, [batch, heads / group, group * length, width / heads]);
}
function join(x: T, heads: number, shape: readonly number[]): T {
  const [batch, length, width] = shape as [number, number, number];
  return tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, width / heads]), [0, 2, 1, 3]), [...shape]);
}

/** 0 or HIDDEN, [batch, 1, length, keys]. */
function gaps(x: AttentionInputs<T>, a: AttentionAttributes): T {
  const seen = (t: T): Values => ({ shape: t.shape, data: Float64Array.from(numbers(t)) });
  const shape = (t: T): Values => ({ shape: t.shape, data: new Float64Array(0) });
  const g = geometry(shape(x.q), shape(x.k), a);
  const sees = sight(g, a, {
    q: values([]),
    k: values([]),
    v: values([]),
    mask: seen(x.mask),
    ...(x.segments && { segments: seen(x.segments) }),
    ...(x.offset && { offset: seen(x.offset) }),
  });
  const gap = new Float32Array(g.batch * g.length * g.keys);
  gap.forEach((_, at) => {
    const row = Math.floor(at / g.keys);
    if (!sees(Math.floor(row / g.length), row % g.length, at % g.keys)) gap[at] = HIDDEN;
  });
  return tf.tensor(gap, [g.batch, 1, g.length, g.keys], "float32");
}

export const attention = {
  attention(inputs, attributes, [shape, square]) {
    const a = attentionAttributes(attributes);
    const x = attentionInputs(inputs, a);
    const group = a.heads / a.key_value_heads;
    const [q, k, v] = [split(x.q, a.heads, group), split(x.k, a.key_value_heads, 1), split(x.v, a.key_value_heads, 1)];
    const products = tf.reshape(tf.mul(product(q, swap(k)), a.scale), square);
    const scores = a.cap ? tf.mul(tf.tanh(tf.div(products, a.cap)), a.cap) : products;
    const added = x.bias ? tf.add(gaps(x, a), x.bias) : gaps(x, a);
    const p = tf.softmax(tf.add(scores, added));
    const weights = a.rate > 0 ? tf.mul(p, keepOf(p.shape, a, x.step)) : p;
    return [join(product(grouped(weights, a), v), a.heads, shape), p];
  },
  attention_gradient(inputs, attributes, [queries, keys, , square]) {
    const a = attentionAttributes(attributes);
    const x = attentionGradientInputs(inputs);
    const group = a.heads / a.key_value_heads;
    const keep = a.rate > 0 ? keepOf(square, a, x.step) : null;
    const dropped = (t: T): T => (keep ? tf.mul(t, keep) : t);
    const [k, v] = [split(x.k, a.key_value_heads, 1), split(x.v, a.key_value_heads, 1)];
    const [q, y, dy] = [x.q, x.context, x.dcontext].map((t) => split(t, a.heads, group)) as [T, T, T];
    const dv = product(swap(grouped(dropped(x.probabilities), a)), dy);
    const mean = tf.reshape(tf.sum(tf.mul(y, dy), 3), [...square.slice(0, 3), 1]);
    const dp = dropped(tf.reshape(product(dy, swap(v)), square));
    const dscores = tf.mul(x.probabilities, tf.sub(dp, mean));
    const ds = tf.mul(grouped(a.cap ? sloped(dscores, q, k, a) : dscores, a), a.scale);
    return [
      join(product(ds, k), a.heads, queries),
      join(product(swap(ds), q), a.key_value_heads, keys),
      join(dv, a.key_value_heads, keys),
      dscores,
    ];
  },
} satisfies Kernels;

function keepOf(square: readonly number[], a: AttentionAttributes, step: T | undefined): T {
  const [, heads = 1, length = 1] = square;
  return maskOf(square, a, must(step, "the step that a dropout is drawn by"), counted(heads, length));
}

/** What of a change of capped scores flows on to q and k, both head by head. */
function sloped(dscores: T, q: T, k: T, a: AttentionAttributes): T {
  const bent = tf.tanh(tf.mul(tf.reshape(product(q, swap(k)), dscores.shape), a.scale / a.cap));
  return tf.sub(dscores, tf.mul(dscores, tf.square(bent)));
}

/** [batch, heads, length, keys] → [batch, kv, group × length, keys]. */
function grouped(x: T, a: AttentionAttributes): T {
  const [batch, heads, length, keys] = x.shape as [number, number, number, number];
  return tf.reshape(x, [batch, a.key_value_heads, (heads / a.key_value_heads) * length, keys]);
}
