/** Normalization, losses and the optimizer in tfjs. Row-by-row loops are JavaScript, in double precision. */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

/** Mean and (biased) variance over the last axis, which stays with size 1. */
function moments(x: TfjsTensor): { mean: TfjsTensor; variance: TfjsTensor } {
  const mean = tf.mean(x, -1, true);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), -1, true) };
}

function inverseRoot(x: TfjsTensor, epsilon: number): TfjsTensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
}

export const normLossOptimizerKernels = {
  rms_norm([x, scale], a, [, rows]) {
    const inverse = inverseRoot(x, a.epsilon);
    const y = tf.mul(tf.mul(x, inverse), tf.add(scale, a.offset));
    return [y, tf.reshape(inverse, rows)];
  },
  rms_norm_gradient([x, scale, inverse, dy], a) {
    const inv = tf.reshape(inverse, [...inverse.shape, 1]);
    const normal = tf.mul(x, inv);
    const g = tf.mul(dy, tf.add(scale, a.offset));
    const dx = tf.mul(inv, tf.sub(g, tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true))));
    const leading = x.shape.slice(0, -1).map((_, i) => i);
    const both = tf.mul(dy, normal);
    return [dx, leading.length === 0 ? both : tf.sum(both, leading)];
  },
  layer_norm([x, scale, bias], a, [, rows]) {
    const { mean, variance } = moments(x);
    const inverse = tf.rsqrt(tf.add(variance, a.epsilon));
    const y = tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), scale), bias);
    return [y, tf.reshape(mean, rows), tf.reshape(variance, rows)];
  },
  layer_norm_gradient([x, scale, mean, variance, dy], a) {
    const columnShape = [...mean.shape, 1];
    const inverse = tf.rsqrt(tf.add(tf.reshape(variance, columnShape), a.epsilon));
    const normal = tf.mul(tf.sub(x, tf.reshape(mean, columnShape)), inverse);
    const g = tf.mul(dy, scale);
    const inner = tf.sub(tf.sub(g, tf.mean(g, -1, true)), tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true)));
    const leading = x.shape.slice(0, -1).map((_, i) => i);
    const [dscale, dbias] = [tf.mul(dy, normal), dy];
    const sum = (t: TfjsTensor): TfjsTensor => (leading.length === 0 ? t.clone() : tf.sum(t, leading));
    return [tf.mul(inverse, inner), sum(dscale), sum(dbias)];
  },
  softmax: ([x]) => [tf.softmax(x)],
  log_softmax: ([x]) => [tf.logSoftmax(x)],
  cross_entropy([logits, labels], a) {
    const { classes, counted, logs, wanted } = rowsOf(logits, labels, a.ignore);
    let sum = 0;
    wanted.forEach((label, r) => {
      if (label !== a.ignore) sum -= logs[r * classes + label]!;
    });
    return [tf.scalar(a.reduction === "sum" || counted === 0 ? sum : sum / counted)];
  },
  cross_entropy_gradient([logits, labels, dy], a) {
    const { classes, counted, logs, wanted } = rowsOf(logits, labels, a.ignore);
    const d = new Float32Array(logs.length);
    const factor = dy.dataSync()[0]! / (a.reduction === "sum" ? 1 : counted);
    wanted.forEach((label, r) => {
      if (label === a.ignore) return;
      for (let c = 0; c < classes; c++)
        d[r * classes + c] = (Math.exp(logs[r * classes + c]!) - (c === label ? 1 : 0)) * factor;
    });
    return [tf.tensor(d, logits.shape, "float32")];
  },
  adamw([parameter, m, v, gradient, rate, step, scale], attributes) {
    const { beta1, beta2, epsilon, weight_decay } = attributes;
    const [lr, t, factor] = [rate.dataSync()[0]!, step.dataSync()[0]!, scale ? scale.dataSync()[0]! : 1];
    const [c1, c2] = [1 - beta1 ** t, 1 - beta2 ** t];
    const copied = (x: TfjsTensor): Float32Array => Float32Array.from(x.dataSync());
    const [p, mean, square] = [copied(parameter), copied(m), copied(v)];
    const gradients = gradient.dataSync();
    for (let i = 0; i < p.length; i++) {
      const g = gradients[i]! * factor;
      const a = beta1 * mean[i]! + (1 - beta1) * g;
      const b = beta2 * square[i]! + (1 - beta2) * g * g;
      mean[i] = a;
      square[i] = b;
      p[i] = p[i]! * (1 - lr * weight_decay) - (lr * (a / c1)) / (Math.sqrt(b / c2) + epsilon);
    }
    const moved = (values: Float32Array): TfjsTensor => tf.tensor(values, parameter.shape, "float32");
    return [moved(p), moved(mean), moved(square)];
  },
} satisfies TfjsKernels;

/** Log-softmax of each row in double precision, and which rows count. */
function rowsOf(
  logits: TfjsTensor,
  labels: TfjsTensor,
  ignore: unknown,
): {
  classes: number;
  counted: number;
  logs: Float64Array;
  wanted: ArrayLike<number> & { forEach(f: (x: number, i: number) => void): void };
} {
  const classes = lastOf(logits.shape);
  const values = logits.dataSync();
  const wanted = labels.dataSync() as Int32Array;
  const logs = new Float64Array(values.length);
  for (let offset = 0; offset < values.length; offset += classes) {
    let most = -Infinity;
    for (let c = 0; c < classes; c++) most = Math.max(most, values[offset + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(values[offset + c]! - most);
    for (let c = 0; c < classes; c++) logs[offset + c] = values[offset + c]! - most - Math.log(sum);
  }
  return { classes, counted: wanted.filter((label) => label !== ignore).length, logs, wanted };
}
