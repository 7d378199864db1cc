/** What the norms and their gradients share. */
import type { Type } from "./program.js";
import { lastOf, wantFloat, wantShape } from "./shape.js";

export function normTypes(x: Type, scale: Type, bias: Type): readonly [Type, Type, Type] {
  wantFloat(x, "x");
  const n = lastOf(x, "x");
  wantShape(scale, [n], "the scale");
  wantShape(bias, [n], "the bias");
  const rows: Type = { dtype: x.dtype, shape: x.shape.slice(0, -1) };
  return [x, rows, rows];
}

export interface RowNorm {
  readonly mean: number;
  readonly variance: number;
  /** 1 / √(variance + ε). */
  readonly inverse: number;
  /** (x − mean) · inverse. */
  readonly normal: Float64Array;
}
export function rowNorm(row: Float64Array, epsilon: number): RowNorm {
  const mean = row.reduce((sum, v) => sum + v, 0) / row.length;
  const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
  const inverse = 1 / Math.sqrt(variance + epsilon);
  return { mean, variance, inverse, normal: row.map((v) => (v - mean) * inverse) };
}

/** Types of rms_norm's outputs. */
export function rmsTypes(x: Type, scale: Type): readonly [Type, Type] {
  wantFloat(x, "x");
  wantShape(scale, [lastOf(x, "x")], "the scale");
  return [x, { dtype: x.dtype, shape: x.shape.slice(0, -1) }];
}
/** 1 / √(mean of x² + ε). */
export function rmsRow(row: Float64Array, epsilon: number): number {
  return 1 / Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / row.length + epsilon);
}
