/** Output shapes of operations, with sizes that are numbers or free (−1). */

export function broadcastSizes(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - (rank - a.length)] ?? 1;
    const y = b[i - (rank - b.length)] ?? 1;
    if (x === 1) return y;
    return y === 1 || y === -1 ? x : y;
  });
}

/** Resolves the single −1 of a requested shape if all other sizes are known. */
export function reshapedShape(from: readonly number[], requested: readonly number[]): number[] {
  const open = requested.filter((d) => d < 0).length;
  if (open !== 1 || from.some((d) => d < 0)) return [...requested];
  const all = from.reduce((n, d) => n * d, 1);
  const rest = requested.reduce((n, d) => (d < 0 ? n : n * d), 1);
  return requested.map((d) => (d < 0 ? all / rest : d));
}

export function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  const over = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  return shape.flatMap((d, axis) => (over.has(axis) ? (keep ? [1] : []) : [d]));
}

export function matmulShape(a: readonly number[], b: readonly number[], ta: boolean, tb: boolean): number[] {
  const [rows, columns] = [a.at(ta ? -1 : -2) ?? 1, b.at(tb ? -2 : -1) ?? 1];
  return [...broadcastSizes(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

export function concatShape(shapes: readonly (readonly number[])[], axis: number): number[] {
  const [first = []] = shapes;
  const joinAxis = axis < 0 ? axis + first.length : axis;
  const sizes = shapes.map((shape) => shape[joinAxis] ?? 1);
  const size = sizes.some((d) => d < 0) ? -1 : sizes.reduce((n, d) => n + d, 0);
  return first.map((d, i) => (i === joinAxis ? size : d));
}

export function slicedShape(shape: readonly number[], begin: readonly number[], size: readonly number[]): number[] {
  return shape.map((d, axis) => {
    const requested = size[axis] ?? -1;
    if (requested >= 0) return requested;
    return d < 0 ? -1 : d - (begin[axis] ?? 0);
  });
}
