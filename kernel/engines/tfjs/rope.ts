/** Rotary position embeddings in tfjs. */
import { ropeAttributes } from "#dsl/tensor/numbers/rope.js";
import { copyNumbers, tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

export const ropeKernels = {
  rope([x, positions], attributes, [shape]) {
    const { heads, frequencies, factor, interleaved, inverse } = ropeAttributes(attributes);
    const [batch, length, width] = shape as [number, number, number];
    const [size, pairs] = [width / heads, frequencies.length];
    const rows = positions.rank === 1 ? 1 : batch;
    const angles = Array.from(copyNumbers(positions)).flatMap((p) => frequencies.map((f) => p * f));
    const table = (f: (angle: number) => number): TfjsTensor =>
      tf.tensor(
        Float32Array.from(angles, (a) => factor * f(a)),
        [rows, length, 1, pairs],
        "float32",
      );
    const [cos, sin] = [table(Math.cos), table((a) => Math.sin(inverse ? -a : a))];
    const cut = tf.reshape(x, [batch, length, heads, size]);
    const part = tf.slice(cut, [0, 0, 0, 0], [batch, length, heads, 2 * pairs]);
    /** Pairs as [..., 2, pairs]. */
    const halves = interleaved
      ? tf.transpose(tf.reshape(part, [batch * length * heads, pairs, 2]), [0, 2, 1])
      : tf.reshape(part, [batch * length * heads, 2, pairs]);
    const rotated = (which: number): TfjsTensor =>
      tf.reshape(tf.slice(halves, [0, which, 0], [batch * length * heads, 1, pairs]), [batch, length, heads, pairs]);
    const [a, b] = [rotated(0), rotated(1)];
    const turned = [tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))];
    const joined = interleaved
      ? tf.reshape(tf.stack(turned, 4), [batch, length, heads, 2 * pairs])
      : tf.concat(turned, 3);
    const rest = tf.slice(cut, [0, 0, 0, 2 * pairs], [batch, length, heads, size - 2 * pairs]);
    return [tf.reshape(2 * pairs === size ? joined : tf.concat([joined, rest], 3), shape)];
  },
} satisfies TfjsKernels;
