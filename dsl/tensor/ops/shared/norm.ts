/** What the norms and their gradients share. */
import type { Type } from "../../program.js";
import { lastOf, wantFloat, wantShape } from "../../shape.js";

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
}
/** Of `normal.length` numbers of `x` from `at` on; (x − mean) · inverse is written to `normal`. */
export function rowNorm(x: Float64Array, at: number, epsilon: number, normal: Float64Array): RowNorm {
  const n = normal.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[at + i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (x[at + i]! - mean) ** 2;
  const variance = squares / n;
  const inverse = 1 / Math.sqrt(variance + epsilon);
  for (let i = 0; i < n; i++) normal[i] = (x[at + i]! - mean) * inverse;
  return { mean, variance, inverse };
}

/** Types of rms_norm's outputs. */
export function rmsTypes(x: Type, scale: Type): readonly [Type, Type] {
  wantFloat(x, "x");
  wantShape(scale, [lastOf(x, "x")], "the scale");
  return [x, { dtype: x.dtype, shape: x.shape.slice(0, -1) }];
}
/** 1 / √(mean of x² + ε), of `n` numbers from `at` on. */
export function rmsRow(x: Float64Array, at: number, n: number, epsilon: number): number {
  let squares = 0;
  for (let i = at; i < at + n; i++) squares += x[i]! * x[i]!;
  return 1 / Math.sqrt(squares / n + epsilon);
}
