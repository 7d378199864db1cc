/**
 * How the slope of what all rows of a batch share stays apart for each row. Ops say on their records where it meets the rows
 * (`rowGradient`) and what becomes of it on the way to a parameter (`rowPulled`).
 */
import type { Builder, Tensor } from "../../tensor.js";

/** A slope, row by row of the batch. */
export type RowGradientPart =
  /** d [rows, ...shape]. */
  | { readonly is: "whole"; readonly d: Tensor }
  /** Of each row Σ over its places d ⊗ x: d [rows, ..., m], x [rows, ..., n] of a matrix [m, n]. */
  | { readonly is: "product"; readonly d: Tensor; readonly x: Tensor }
  /** Rows of a table: d [rows, places, n] at i32 ids [rows, places] or, alike for all, [places]. */
  | { readonly is: "rows"; readonly ids: Tensor; readonly d: Tensor };

/** d summed over all axes but the first and those that `like`, broadcast to it, has: [rows, ...like]. */
export function sumRowsToShape(like: Tensor, d: Tensor): RowGradientPart {
  const missing = d.rank - like.rank;
  const axes = d.shape.flatMap((size, axis) => {
    if (axis === 0) return [];
    return axis < missing || (like.shape[axis - missing] === 1 && size !== 1) ? [axis] : [];
  });
  const summed = axes.length > 0 ? d.sum(axes) : d;
  return { is: "whole", d: summed.reshape([d.shape[0] ?? 1, ...like.shape]) };
}

/** Of a matrix by which x is multiplied to what d is the slope of; null: not of rows. */
export function productGradientPart(d: Tensor, x: Tensor): RowGradientPart | null {
  const fits = d.rank === x.rank && (d.rank === 2 || d.rank === 3) && d.shape[0] === x.shape[0];
  return fits ? { is: "product", d, x } : null;
}

/** [..., 1]: a number for each place, beside what lies along its last axis. */
export const withTrailingAxis = (t: Tensor): Tensor => t.reshape([...t.shape, 1]);

/** Of a table, d at its rows `ids`; the row `padding` gets no slope. */
export function tableGradientAt(ids: Tensor, d: Tensor, padding: number | undefined): RowGradientPart | null {
  if (d.rank !== 3) return null;
  if (padding === undefined) return { is: "rows", ids, d };
  return { is: "rows", ids, d: d.multiply(withTrailingAxis(ids.notEqual(padding).cast(d.dtype))) };
}

/** Of a table, d [rows, size, n] at its rows from `start` on. */
export function tableGradientFrom(graph: Builder, start: number, size: number, d: Tensor): RowGradientPart | null {
  if (d.rank !== 3) return null;
  const rowIndices = Int32Array.from({ length: size }, (_, i) => start + i);
  const ids = graph.constant({ dtype: "i32", shape: [size], bytes: new Uint8Array(rowIndices.buffer) });
  return { is: "rows", ids, d };
}

/** Of what lies with its axes in another order. */
export function transposedPart(part: RowGradientPart, order: readonly number[]): RowGradientPart | null {
  if (part.is === "product") return order.join() === "1,0" ? { is: "product", d: part.x, x: part.d } : null;
  if (part.is === "rows") return null;
  const back = order.map((_, axis) => order.indexOf(axis) + 1);
  return { is: "whole", d: part.d.transpose([0, ...back]) };
}

/** [rows, ...parameter's shape]; null: it would be too much. */
export function materializePart(part: RowGradientPart): Tensor | null {
  if (part.is === "whole") return part.d;
  if (part.is === "rows") return null;
  const { d, x } = part;
  if (d.rank === 3) return d.matmul(x, { transposeA: true });
  const [rows = 1, out = 1] = d.shape;
  return d.reshape([rows, out, 1]).matmul(x.reshape([rows, 1, x.shape[1] ?? 1]));
}
