/** The chunked head in tfjs: one chunk's logits at a time. */
import type { HeadLossSettings } from "#dsl/tensor/ops/shared/head.js";
import { copyNumbers, tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

interface Chunk {
  readonly start: number;
  readonly x: TfjsTensor;
  /** Labels of the rows of this chunk. */
  readonly labels: readonly number[];
  /** log softmax, row-major. */
  readonly logs: Float64Array;
  /** tanh(logit / cap) if logits are capped. */
  readonly bent?: ArrayLike<number>;
}
/** Visits the chunks and disposes of what `visit` allocates. Returns the number of rows that count. */
function eachChunk(
  x: TfjsTensor,
  weight: TfjsTensor,
  labels: TfjsTensor,
  bias: TfjsTensor | undefined,
  { chunks, ignore, cap }: HeadLossSettings,
  visit: (chunk: Chunk) => void,
): number {
  const [rows, n] = x.shape as [number, number];
  const vocabulary = weight.shape[0]!;
  const wanted = [...labels.dataSync()];
  const turned = tf.transpose(weight);
  const each = Math.ceil(rows / chunks);
  for (let start = 0; start < rows; start += each)
    tf.tidy(() => {
      const size = Math.min(each, rows - start);
      const part = tf.slice(x, [start, 0], [size, n]);
      const product = tf.matMul(part, turned);
      const straight = bias ? tf.add(product, bias) : product;
      const bent = cap === undefined ? undefined : tf.tanh(tf.div(straight, cap));
      const logits = copyNumbers(bent && cap !== undefined ? tf.mul(bent, cap) : straight);
      const logs = new Float64Array(logits.length);
      for (let offset = 0; offset < logs.length; offset += vocabulary) {
        let most = -Infinity;
        for (let v = 0; v < vocabulary; v++) most = Math.max(most, logits[offset + v]!);
        let sum = 0;
        for (let v = 0; v < vocabulary; v++) sum += Math.exp(logits[offset + v]! - most);
        for (let v = 0; v < vocabulary; v++) logs[offset + v] = logits[offset + v]! - most - Math.log(sum);
      }
      visit({
        start,
        x: part,
        labels: wanted.slice(start, start + size),
        logs,
        ...(bent && { bent: copyNumbers(bent) }),
      });
    });
  return wanted.filter((label) => label !== ignore).length;
}

export const headKernels = {
  head_loss([x, weight, labels, bias], a) {
    const vocabulary = weight.shape[0]!;
    let sum = 0;
    const counted = eachChunk(x, weight, labels, bias, a, ({ labels: chunkLabels, logs }) => {
      chunkLabels.forEach((label, r) => {
        if (label !== a.ignore) sum -= logs[r * vocabulary + label]!;
      });
    });
    return [tf.scalar(a.reduction === "sum" ? sum : sum / Math.max(counted, 1))];
  },
  head_loss_gradient([x, weight, labels, dy, bias], a) {
    const vocabulary = weight.shape[0]!;
    const counted = labels.dataSync().filter((label) => label !== a.ignore).length;
    const share = dy.dataSync()[0]! / (a.reduction === "sum" ? 1 : Math.max(counted, 1));
    const parts: TfjsTensor[] = [];
    let [dweight, dbias]: [TfjsTensor, TfjsTensor] = [tf.zerosLike(weight), tf.zeros([vocabulary])];
    eachChunk(x, weight, labels, bias, a, (chunk) => {
      const d = new Float32Array(chunk.logs.length);
      chunk.labels.forEach((label, r) => {
        if (label === a.ignore) return;
        for (let v = 0; v < vocabulary; v++)
          d[r * vocabulary + v] =
            share *
            (Math.exp(chunk.logs[r * vocabulary + v]!) - (v === label ? 1 : 0)) *
            (1 - (chunk.bent?.[r * vocabulary + v] ?? 0) ** 2);
      });
      const slope = tf.tensor(d, [chunk.labels.length, vocabulary], "float32");
      parts.push(tf.keep(tf.matMul(slope, weight)));
      const [sums, columns] = [dweight, dbias];
      dweight = tf.keep(tf.add(sums, tf.matMul(tf.transpose(slope), chunk.x)));
      dbias = tf.keep(tf.add(columns, tf.sum(slope, 0)));
      sums.dispose();
      columns.dispose();
    });
    const dx = parts.length ? tf.concat(parts, 0) : tf.zerosLike(x);
    for (const part of parts) part.dispose();
    // Tensors marked with `tf.keep` outlive the tidy of a kernel, so the returned tensors must be clones.
    const [ofWeight, ofBias] = [tf.clone(dweight), bias ? [tf.clone(dbias)] : []];
    dweight.dispose();
    dbias.dispose();
    return [dx, ofWeight, ...ofBias];
  },
} satisfies TfjsKernels;
