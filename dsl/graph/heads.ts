/** What attention and its gradient share: types, and how [batch, length, heads × size] is read head by head. */
import type { Attributes, Type } from "./program.js";
import { dropoutMask } from "./random.js";
import { lastOf, Misfit, sameShape, wantFloat, wantSameDType } from "./shape.js";
import type { Values } from "./values.js";

/** Added to the score of a hidden key. A row with nothing but hidden keys comes out uniform. */
export const HIDDEN = -1e30;

export interface AttentionAttributes {
  readonly heads: number;
  readonly scale: number;
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
}
export function attentionAttributes(a: Attributes): AttentionAttributes {
  return a as unknown as AttentionAttributes;
}

/** Types of context and probabilities. */
export function attentionTypes([q, k, v, mask, step]: readonly Type[], a: Attributes): Type[] {
  const { heads, rate } = attentionAttributes(a);
  wantFloat(q!, "q");
  const dtype = wantSameDType(q!, k!, v!);
  const hidden = lastOf(q!, "q");
  if (q!.shape.length !== 3 || typeof hidden !== "number" || hidden % heads)
    throw new Misfit(`q must be [batch, length, heads × size] with ${heads} heads`);
  if (!sameShape(k!.shape, v!.shape) || k!.shape[2] !== hidden || k!.shape[0] !== q!.shape[0])
    throw new Misfit("k and v must both be [batch, keys, heads × size] with q's batch and width");
  if (mask!.dtype !== "i32" || (mask!.shape.length > 0 && !sameShape(mask!.shape, k!.shape.slice(0, 2))))
    throw new Misfit("the mask must be i32 [batch, keys]");
  if (rate > 0 && (step?.dtype !== "i32" || step.shape.length))
    throw new Misfit("dropout needs the step, an i32 scalar");
  return [q!, { dtype, shape: [q!.shape[0]!, heads, q!.shape[1]!, k!.shape[1]!] }];
}

/** Sizes of one attention, and flat offsets of element (batch, position, head, 0) and of a row of probabilities. */
export function geometry(q: Values, k: Values, heads: number): Geometry {
  const [batch, length, hidden] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const size = hidden / heads;
  return {
    batch,
    length,
    keys,
    heads,
    size,
    query: (b, i, h) => (b * length + i) * hidden + h * size,
    key: (b, j, h) => (b * keys + j) * hidden + h * size,
    row: (b, h, i) => ((b * heads + h) * length + i) * keys,
  };
}
export interface Geometry {
  readonly batch: number;
  readonly length: number;
  readonly keys: number;
  readonly heads: number;
  readonly size: number;
  query(b: number, i: number, h: number): number;
  key(b: number, j: number, h: number): number;
  row(b: number, h: number, i: number): number;
}

/** Calls `visit` for each (batch, head, query position). */
export function eachRow(g: Geometry, visit: (b: number, h: number, i: number) => void): void {
  for (let b = 0; b < g.batch; b++) for (let h = 0; h < g.heads; h++) for (let i = 0; i < g.length; i++) visit(b, h, i);
}

export function dot(a: Float64Array, at: number, b: Float64Array, bt: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[at + i]! * b[bt + i]!;
  return sum;
}
/** y += factor · x over n elements. */
export function accumulate(y: Float64Array, yt: number, x: Float64Array, xt: number, n: number, factor: number): void {
  for (let i = 0; i < n; i++) y[yt + i] = y[yt + i]! + factor * x[xt + i]!;
}

/** Dropout's factor for each probability; all ones without dropout. */
export function keepOf(p: Values, a: AttentionAttributes, step: Values | undefined): Float64Array {
  if (!a.rate) return new Float64Array(p.data.length).fill(1);
  return dropoutMask(p.data.length, p.shape.at(-1)!, { ...a, step: step!.data[0]! });
}
