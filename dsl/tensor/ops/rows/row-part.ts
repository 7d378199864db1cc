/**
 * Per-row parts of the gradient of values that all rows of a batch share. Ops define on their records how to get a part
 * where a shared value meets the rows (`rowGradient`), and how to map it back to a parameter (`rowPulled`).
 */
import type { GraphBuilder, Tensor } from "../../tensor.js";

/** A gradient per row of the batch, in one of three forms. */
export type PerRowGradient =
  /** d [rows, ...shape]. */
  | { readonly is: "whole"; readonly d: Tensor }
  /** Per row Σ over its positions of d ⊗ x: d [rows, ..., m], x [rows, ..., n], for a matrix [m, n]. */
  | { readonly is: "product"; readonly d: Tensor; readonly x: Tensor }
  /** Rows of a table: d [rows, positions, n] at i32 ids [rows, positions] or, shared by all rows, [positions]. */
  | { readonly is: "rows"; readonly ids: Tensor; readonly d: Tensor };

/** Sums d over all axes but the first and those of `like`, which was broadcast to it: [rows, ...like]. */
export function sumWithinRowsToShape(like: Tensor, d: Tensor): PerRowGradient {
  const missing = d.rank - like.rank;
  const axes = d.shape.flatMap((size, axis) => {
    if (axis === 0) return [];
    return axis < missing || (like.shape[axis - missing] === 1 && size !== 1) ? [axis] : [];
  });
  const summed = axes.length > 0 ? d.sum(axes) : d;
  return { is: "whole", d: summed.reshape([d.shape[0] ?? 1, ...like.shape]) };
}

/** Part of a matrix that multiplies x, where d is the gradient of the product; null without a row axis. */
export function perRowMatrixGradient(d: Tensor, x: Tensor): PerRowGradient | null {
  const fits = d.rank === x.rank && (d.rank === 2 || d.rank === 3) && d.shape[0] === x.shape[0];
  return fits ? { is: "product", d, x } : null;
}

/** Appends an axis of size 1, [..., 1], to broadcast a number per position over the last axis. */
export const withTrailingAxis = (t: Tensor): Tensor => t.reshape([...t.shape, 1]);

/** Part of a table, with d at its rows `ids`; the row `padding` gets no gradient. */
export function perRowTableGradient(ids: Tensor, d: Tensor, padding: number | undefined): PerRowGradient | null {
  if (d.rank !== 3) return null;
  if (padding === undefined) return { is: "rows", ids, d };
  return { is: "rows", ids, d: d.multiply(withTrailingAxis(ids.notEqual(padding).cast(d.dtype))) };
}

/** Part of a table, with d [rows, size, n] at its rows from `start` on. */
export function perRowTableSliceGradient(
  graph: GraphBuilder,
  start: number,
  size: number,
  d: Tensor,
): PerRowGradient | null {
  if (d.rank !== 3) return null;
  const rowIndices = Int32Array.from({ length: size }, (_, i) => start + i);
  const ids = graph.constant({ dtype: "i32", shape: [size], bytes: new Uint8Array(rowIndices.buffer) });
  return { is: "rows", ids, d };
}

/** Part of a transposed value, mapped back to the original axis order. */
export function transposePerRowGradient(part: PerRowGradient, order: readonly number[]): PerRowGradient | null {
  if (part.is === "product") return order.join() === "1,0" ? { is: "product", d: part.x, x: part.d } : null;
  if (part.is === "rows") return null;
  const back = order.map((_, axis) => order.indexOf(axis) + 1);
  return { is: "whole", d: part.d.transpose([0, ...back]) };
}

/** Computes the part in full, [rows, ...parameter's shape]; null where that would be too large. */
export function materializePerRowGradient(part: PerRowGradient): Tensor | null {
  if (part.is === "whole") return part.d;
  if (part.is === "rows") return null;
  const { d, x } = part;
  if (d.rank === 3) return d.matmul(x, { transposeA: true });
  const [rows = 1, out = 1] = d.shape;
  return d.reshape([rows, out, 1]).matmul(x.reshape([rows, 1, x.shape[1] ?? 1]));
}
