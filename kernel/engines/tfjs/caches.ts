/** Key-value caches in tfjs: a new tensor is concatenated from parts. */
import { copyNumbers, tf, type TfjsTensor } from "./library.js";
import type { TfjsKernels } from "./op.js";

/** Returns `whole` with `rows` at the positions from `start` on along one axis. */
export function replaceAlongAxis(whole: TfjsTensor, rows: TfjsTensor, axis: number, start: number): TfjsTensor {
  const end = start + rows.shape[axis]!;
  const before = part(whole, axis, 0, start);
  const after = part(whole, axis, end, whole.shape[axis]!);
  return tf.concat([...before, rows, ...after], axis);
}

function part(x: TfjsTensor, axis: number, from: number, to: number): TfjsTensor[] {
  if (from === to) return [];
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((d, i) => (i === axis ? to - from : d));
  return [tf.slice(x, begin, size)];
}

export const cacheKernels = {
  extend_cache([cache, rows, start], _, [shape]) {
    return [replaceAlongAxis(part(cache, 1, 0, shape[1]!)[0]!, rows, 1, copyNumbers(start)[0]!)];
  },
} satisfies TfjsKernels;
