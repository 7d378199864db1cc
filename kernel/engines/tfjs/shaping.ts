/** Ops that move, join and reduce, in tfjs. */
import { tf, copyNumbers, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

const axesOf = (rank: number, axes: readonly number[]): number[] => axes.map((axis) => (axis < 0 ? axis + rank : axis));

const reduction =
  (f: (x: TfjsTensor, axes: number[], keep: boolean) => TfjsTensor) =>
  (
    [x]: readonly [TfjsTensor],
    { axes: over, keep }: { readonly axes: readonly number[]; readonly keep: boolean },
  ): readonly [TfjsTensor] => {
    const axes = axesOf(x.rank, over);
    return [axes.length === 0 ? x.clone() : f(x, axes, keep)];
  };

/** Sums rows of `width` by their indices. */
function summedRows(indices: TfjsTensor, dy: TfjsTensor, shape: readonly number[], width: number): TfjsTensor {
  const rows = shape.reduce((n, d) => n * d, 1) / width;
  const ids = tf.reshape(indices, [indices.size]) as Parameters<typeof tf.unsortedSegmentSum>[1];
  return tf.reshape(tf.unsortedSegmentSum(tf.reshape(dy, [indices.size, width]), ids, rows), [...shape]);
}

export const shapingKernels = {
  reshape: ([x], _, [shape]) => [tf.reshape(x, shape)],
  transpose: ([x], a) => [tf.transpose(x, [...a.order])],
  slice([x], a, [shape]) {
    const begin = x.shape.map((_, i) => (i === a.axis ? a.start : 0));
    return [tf.slice(x, begin, shape)];
  },
  detach: ([x]) => [x.clone()],
  pad([x], a, [shape]) {
    const [axis, before] = [a.axis, a.before];
    return [
      tf.pad(
        x,
        x.shape.map((d, i): [number, number] => (i === axis ? [before, shape[i]! - before - d] : [0, 0])),
      ),
    ];
  },
  split: ([x], a) => tf.split(x, [...a.sizes], a.axis),
  concat: (inputs, a) => [tf.concat([...inputs], a.axis)],
  take_position([x], a, [shape]) {
    const [batch, , n] = x.shape as [number, number, number];
    return [tf.reshape(tf.slice(x, [0, a.position, 0], [batch, 1, n]), shape)];
  },
  fill_like: ([x], a) => [tf.fill(x.shape, a.value, x.dtype as "float32")],
  take_rows([x, rows]) {
    const n = x.shape[2]!;
    const flat = tf.reshape(x, [-1, n]);
    for (const r of rows.dataSync())
      if (r < 0 || r >= flat.shape[0]!) throw new RangeError(`row ${String(r)} of ${String(flat.shape[0])}`);
    return [tf.gather(flat, rows as Parameters<typeof tf.gather>[1])];
  },
  place_rows: ([dy, rows], _, [shape]) => [summedRows(rows, dy, shape, shape[2]!)],
  place_position([dy], a, [shape]) {
    const [batch, length, n] = shape as [number, number, number];
    const position = a.position;
    const row = tf.reshape(dy, [batch, 1, n]);
    return [
      tf.pad(row, [
        [0, 0],
        [position, length - position - 1],
        [0, 0],
      ]),
    ];
  },
  range_like: (_, __, [shape]) => [tf.range(0, shape[0]!, 1, "int32")],
  gather([table, indices]) {
    const rows = table.shape[0]!;
    for (const r of indices.dataSync())
      if (r < 0 || r >= rows) throw new RangeError(`row ${String(r)} of ${String(rows)}`);
    return [tf.gather(table, indices as Parameters<typeof tf.gather>[1])];
  },
  scatter_rows([indices, dy], _, [shape]) {
    const width = shape.slice(1).reduce((n, d) => n * d, 1);
    return [summedRows(indices, dy, shape, width)];
  },
  argmax: ([x], _, [shape]) => [tf.reshape(tf.argMax(x, x.rank - 1), shape)],
  reduce_sum: reduction((x, axes, keep) => tf.sum(x, axes, keep)),
  reduce_mean: reduction((x, axes, keep) => tf.mean(x, axes, keep)),
  reduce_max: reduction((x, axes, keep) => tf.max(x, axes, keep)),
  reduce_gradient([dy, like], a) {
    const axes = axesOf(like.rank, a.axes);
    const keptShape = like.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    const spread = tf.broadcastTo(tf.reshape(dy, keptShape), [...like.shape]);
    const count = axes.reduce((n, axis) => n * like.shape[axis]!, 1);
    return [a.mean ? tf.div(spread, count) : tf.add(spread, 0)];
  },
  global_norm(inputs) {
    let sum = 0;
    for (const x of inputs) for (const v of copyNumbers(x)) sum += v * v;
    return [tf.scalar(Math.sqrt(sum))];
  },
} satisfies TfjsKernels;
