/** Shared by the normalisation ops and their gradients. */
import type { Type } from "../../program.js";
import { lastDimension, requireFloat, requireShape } from "../../shape.js";

export function layerNormOutputTypes(x: Type, scale: Type, bias: Type): readonly [Type, Type, Type] {
  requireFloat(x, "x");
  const n = lastDimension(x, "x");
  requireShape(scale, [n], "the scale");
  requireShape(bias, [n], "the bias");
  const rows: Type = { dtype: x.dtype, shape: x.shape.slice(0, -1) };
  return [x, rows, rows];
}

export interface RowNormStatistics {
  readonly mean: number;
  readonly variance: number;
  /** 1 / √(variance + ε). */
  readonly inverse: number;
}
/** Normalises `normal.length` numbers of `x` from `start` on; writes (x − mean) · inverse to `normal`. */
export function normalizeRow(x: Float64Array, start: number, epsilon: number, normal: Float64Array): RowNormStatistics {
  const n = normal.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[start + i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (x[start + i]! - mean) ** 2;
  const variance = squares / n;
  const inverse = 1 / Math.sqrt(variance + epsilon);
  for (let i = 0; i < n; i++) normal[i] = (x[start + i]! - mean) * inverse;
  return { mean, variance, inverse };
}

export function rmsNormOutputTypes(x: Type, scale: Type): readonly [Type, Type] {
  requireFloat(x, "x");
  requireShape(scale, [lastDimension(x, "x")], "the scale");
  return [x, { dtype: x.dtype, shape: x.shape.slice(0, -1) }];
}
/** 1 / √(mean of x² + ε) over `n` numbers from `start` on. */
export function inverseRms(x: Float64Array, start: number, n: number, epsilon: number): number {
  let squares = 0;
  for (let i = start; i < start + n; i++) squares += x[i]! * x[i]!;
  return 1 / Math.sqrt(squares / n + epsilon);
}
