/** Dequantizes weights to f32 in tfjs. */
import { blockQuantizationOf } from "#dsl/tensor/ops/dequantize_blocks.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

export const dequantizeKernels = {
  dequantize([codes, scales], { axis }) {
    const across = axis === 0 ? tf.reshape(scales, [-1, 1]) : tf.reshape(scales, [1, -1]);
    return [tf.mul(tf.cast(codes, "float32"), across)];
  },
  dequantize_blocks([codes, scales], attributes) {
    const { levels, bits, block, shape, count } = blockQuantizationOf(attributes);
    const found = tf.gather(tf.tensor1d([...levels]), (bits === 8 ? codes : halves(codes)) as Indices);
    const scaled = tf.mul(tf.reshape(found, [-1, block]), tf.reshape(scales, [-1, 1]));
    return [tf.reshape(tf.slice(tf.reshape(scaled, [-1]), 0, count), [...shape])];
  },
} satisfies TfjsKernels;
type Indices = Parameters<typeof tf.gather>[1];

/** Splits each byte into its high and its low half. */
function halves(bytes: TfjsTensor): TfjsTensor {
  const whole = tf.cast(bytes, "float32");
  const high = tf.floor(tf.div(whole, 16));
  return tf.cast(tf.reshape(tf.stack([high, tf.sub(whole, tf.mul(high, 16))], 1), [-1]), "int32");
}
