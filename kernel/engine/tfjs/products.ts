/** Matrix products and attention with tfjs. wasm is fast for plain products only: a transposed side is transposed first. */
import { HIDDEN } from "#dsl/graph/heads.js";
import { maskOf, type Dropout } from "./elementwise.js";
import { tf, type T } from "./library.js";
import type { Kernels } from "./op.js";

function swap(x: T): T {
  const order = x.shape.map((_, i) => i);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}
const product = (a: T, b: T): T => tf.matMul(a, b);

/** [..., n] as rows: [product of the rest, n]. */
const rows = (x: T): T => tf.reshape(x, [x.size / Math.max(x.shape.at(-1)!, 1), x.shape.at(-1)!]);

function affine(x: T, weight: T, bias: T | undefined, shape: readonly number[]): T {
  const y = product(rows(x), swap(weight));
  return tf.reshape(bias ? tf.add(y, bias) : y, [...shape]);
}

interface Attention extends Dropout {
  readonly heads: number;
  readonly scale: number;
}
/** [batch, length, heads × size] → [batch, heads, length, size], and back. */
function split(x: T, heads: number): T {
  const [batch, length, hidden] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, hidden / heads]), [0, 2, 1, 3]);
}
function join(x: T, shape: readonly number[]): T {
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [...shape]);
}

export const products: Kernels = {
  matmul([a, b], { transpose_a, transpose_b }, [shape]) {
    const y = product(transpose_a === true ? swap(a!) : a!, transpose_b === true ? swap(b!) : b!);
    return [tf.reshape(y, shape!)];
  },
  linear: ([x, weight, bias], _, [shape]) => [affine(x!, weight!, bias, shape!)],
  outer_product: ([a, b]) => [product(swap(rows(a!)), rows(b!))],
  low_rank_merge: ([weight, a, b], { scale }) => [tf.add(weight!, tf.mul(product(b!, a!), scale as number))],
  low_rank_linear([x, weight, a, b, bias], { scale }, [shape]) {
    const low = product(product(rows(x!), swap(a!)), swap(b!));
    const y = tf.add(product(rows(x!), swap(weight!)), tf.mul(low, scale as number));
    return [tf.reshape(bias ? tf.add(y, bias) : y, shape!)];
  },
  attention([q, k, v, mask, step], attributes, [shape]) {
    const a = attributes as unknown as Attention;
    const scores = tf.mul(product(split(q!, a.heads), swap(split(k!, a.heads))), a.scale);
    const seen = tf.cast(mask!, "float32");
    const hidden = tf.mul(tf.sub(1, seen), HIDDEN);
    const [batch, keys] = [k!.shape[0]!, k!.shape[1]!];
    const masked = tf.add(scores, mask!.rank === 0 ? hidden : tf.reshape(hidden, [batch, 1, 1, keys]));
    const p = tf.softmax(masked);
    const weighing = a.rate > 0 ? tf.mul(p, maskOf(p.shape, a, step!)) : p;
    return [join(product(weighing, split(v!, a.heads)), shape!), p];
  },
  attention_gradient([q, k, v, p, dy, step], attributes, [shape, keys, values]) {
    const a = attributes as unknown as Attention;
    const keep = a.rate > 0 ? maskOf(p!.shape, a, step!) : null;
    const d = split(dy!, a.heads);
    const dv = product(swap(keep ? tf.mul(p!, keep) : p!), d);
    const weighed = product(d, swap(split(v!, a.heads)));
    const dp = keep ? tf.mul(weighed, keep) : weighed;
    const ds = tf.mul(tf.mul(p!, tf.sub(dp, tf.sum(tf.mul(dp, p!), -1, true))), a.scale);
    return [
      join(product(ds, split(k!, a.heads)), shape!),
      join(product(swap(ds), split(q!, a.heads)), keys!),
      join(dv, values!),
    ];
  },
};
