/** Key-value caches with tfjs: parts of a tensor put together anew. */
import { numbers, tf, type T } from "./library.js";
import type { Kernels } from "./op.js";

/** `whole` with `rows` in the places from `start` on along one axis. */
export function placed(whole: T, rows: T, axis: number, start: number): T {
  const end = start + rows.shape[axis]!;
  const before = part(whole, axis, 0, start);
  const after = part(whole, axis, end, whole.shape[axis]!);
  return tf.concat([...before, rows, ...after], axis);
}

function part(x: T, axis: number, from: number, to: number): T[] {
  if (from === to) return [];
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((d, i) => (i === axis ? to - from : d));
  return [tf.slice(x, begin, size)];
}

export const caches = {
  extend_cache([cache, rows, start], _, [shape]) {
    return [placed(part(cache, 1, 0, shape[1]!)[0]!, rows, 1, numbers(start)[0]!)];
  },
} satisfies Kernels;
