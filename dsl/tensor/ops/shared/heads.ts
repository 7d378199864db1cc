/**
 * Shared by attention and its gradient: attributes, types, key visibility, and access to [batch, length, heads × size]
 * by head. There may be fewer heads of k and v than of q: each then serves a group of query heads.
 */
import {
  flagAttribute,
  choiceListAttribute,
  numberAttribute,
  optionalAttribute,
  type InferAttributes,
} from "../../attributes.js";
import type { Dimension, Type } from "../../program.js";
import { dropoutMask } from "../../numbers/random.js";
import {
  lastDimension,
  OpInputError,
  sameShape,
  requireFloat,
  requireSameDType,
  requireShape,
  requireDropoutSteps,
} from "../../shape.js";
import { zeros, type ArrayValues } from "../../values.js";

/** Score added for a hidden key. If all keys of a row are hidden, its probabilities are uniform. */
export const HIDDEN_KEY_SCORE = -1e30;

/** Optional inputs of an attention after q, k, v and the mask, in order. */
export const OPTIONAL_ATTENTION_INPUTS = ["segments", "bias", "offset", "step"] as const;
export type OptionalAttentionInput = (typeof OPTIONAL_ATTENTION_INPUTS)[number];

export interface AttentionAttributes {
  readonly heads: number;
  readonly key_value_heads: number;
  readonly causal: boolean;
  /** 0: no limit. */
  readonly window: number;
  readonly scale: number;
  /** Scores become `cap` · tanh(score / `cap`) before the bias and the mask apply; 0: no cap. */
  readonly cap: number;
  readonly rate: number;
  readonly seed: number;
  readonly site: number;
  readonly given: readonly OptionalAttentionInput[];
}
export const ATTENTION_ATTRIBUTES = {
  heads: numberAttribute,
  key_value_heads: optionalAttribute(numberAttribute),
  causal: optionalAttribute(flagAttribute),
  window: optionalAttribute(numberAttribute),
  scale: numberAttribute,
  cap: optionalAttribute(numberAttribute),
  rate: numberAttribute,
  seed: optionalAttribute(numberAttribute),
  site: optionalAttribute(numberAttribute),
  given: optionalAttribute(choiceListAttribute(OPTIONAL_ATTENTION_INPUTS)),
};
/**
 * Fills in the defaults: as many key-value heads as heads, all keys visible, no cap, and a step if there is dropout.
 */
export function withAttentionDefaults(given: InferAttributes<typeof ATTENTION_ATTRIBUTES>): AttentionAttributes {
  return {
    seed: 0,
    site: 0,
    ...given,
    key_value_heads: given.key_value_heads ?? given.heads,
    causal: given.causal ?? false,
    window: given.window ?? 0,
    cap: given.cap ?? 0,
    given: given.given ?? (given.rate > 0 ? ["step"] : []),
  };
}

/** Inputs of an `attention` node by name: refs, tensors, types or values. */
export interface AttentionInputs<T> extends Partial<Record<OptionalAttentionInput, T>> {
  readonly q: T;
  readonly k: T;
  readonly v: T;
  readonly mask: T;
}
export function attentionInputs<T>(
  [q, k, v, mask, ...extras]: readonly [T, T, T, T, ...T[]],
  a: AttentionAttributes,
): AttentionInputs<T> {
  if (
    extras.length !== a.given.length ||
    !a.given.every((name, i) => OPTIONAL_ATTENTION_INPUTS.indexOf(name) > place(a.given[i - 1]))
  )
    throw new OpInputError(
      `attention takes q, k, v, mask and then [${a.given.join(", ")}], in the order ${OPTIONAL_ATTENTION_INPUTS.join(", ")}`,
    );
  const named: Partial<Record<OptionalAttentionInput, T>> = {};
  extras.forEach((extra, i) => {
    const name = a.given[i];
    if (name) named[name] = extra;
  });
  return { q, k, v, mask, ...named };
}
function place(name: OptionalAttentionInput | undefined): number {
  return name === undefined ? -1 : OPTIONAL_ATTENTION_INPUTS.indexOf(name);
}
export interface AttentionGradientInputs<T> {
  readonly q: T;
  readonly k: T;
  readonly v: T;
  readonly probabilities: T;
  readonly context: T;
  readonly dcontext: T;
  readonly step?: T;
}
export function attentionGradientInputs<T>(inputs: readonly [T, T, T, T, T, T, ...T[]]): AttentionGradientInputs<T> {
  const [q, k, v, probabilities, context, dcontext, step] = inputs;
  return { q, k, v, probabilities, context, dcontext, ...(step !== undefined && { step }) };
}

/** Returns the types of context and probabilities. */
export function attentionOutputTypes(
  types: readonly [Type, Type, Type, Type, ...Type[]],
  attributes: InferAttributes<typeof ATTENTION_ATTRIBUTES>,
): readonly [Type, Type] {
  const a = withAttentionDefaults(attributes);
  const { q, k, v, mask, segments, bias, offset, step } = attentionInputs(types, a);
  requireFloat(q, "q");
  const dtype = requireSameDType(q, k, v);
  const width = lastDimension(q, "q");
  if (q.shape.length !== 3 || typeof width !== "number" || width % a.heads)
    throw new OpInputError(`q must be [batch, length, heads × size] with ${a.heads} heads`);
  if (a.heads % a.key_value_heads)
    throw new OpInputError(`${a.heads} heads can't share ${a.key_value_heads} key-value heads evenly`);
  const narrow = (width / a.heads) * a.key_value_heads;
  if (!sameShape(k.shape, v.shape) || k.shape[2] !== narrow || k.shape[0] !== q.shape[0])
    throw new OpInputError(`k and v must both be [batch, keys, ${narrow}] with q's batch`);
  const [batch, length] = q.shape as [Dimension, Dimension, number];
  const keys = k.shape[1]!;
  if (mask.dtype !== "i32" || (mask.shape.length > 0 && !sameShape(mask.shape, [batch, keys])))
    throw new OpInputError("the mask must be i32 [batch, keys]");
  if (!Number.isInteger(a.window) || a.window < 0) throw new OpInputError("the window must be a whole number of keys");
  if (a.cap < 0 || !Number.isFinite(a.cap)) throw new OpInputError("the cap must be a number from 0");
  if (segments) {
    if (segments.dtype !== "i32" || length !== keys)
      throw new OpInputError("segments must be i32, and as many keys as queries");
    requireShape(segments, [batch, length], "segments");
  }
  if (bias) {
    requireSameDType(q, bias);
    requireShape(bias, [bias.shape[0] === 1 ? 1 : a.heads, length, keys], "the bias");
  }
  if (offset && (offset.dtype !== "i32" || offset.shape.length))
    throw new OpInputError("the offset must be an i32 scalar");
  if (a.rate > 0) {
    if (!step) throw new OpInputError("dropout needs the step");
    requireDropoutSteps(step, q);
  }
  return [q, { dtype, shape: [batch, a.heads, length, keys] }];
}

/** Returns a function that reports whether query i of row b sees key j. */
export function keyVisibility(
  g: AttentionGeometry,
  a: AttentionAttributes,
  x: AttentionInputs<ArrayValues>,
): (b: number, i: number, j: number) => boolean {
  const { mask, segments, offset } = x;
  const start = offset?.data[0] ?? 0;
  return (b, i, j) => {
    const seen = mask.shape.length ? mask.data[b * g.keys + j]! : mask.data[0]!;
    const back = i + start - j;
    if (!seen || (a.causal && back < 0) || (a.window > 0 && Math.abs(back) >= a.window)) return false;
    return !segments || segments.data[b * g.length + i] === segments.data[b * g.length + j];
  };
}

/** Sizes of one attention, and flat offsets of element (batch, position, head, 0) and of a row of probabilities. */
export function attentionGeometry(q: ArrayValues, k: ArrayValues, a: AttentionAttributes): AttentionGeometry {
  const [batch, length, hidden] = q.shape as [number, number, number];
  const [, keys, narrow] = k.shape as [number, number, number];
  const { heads } = a;
  const size = hidden / heads;
  const group = heads / a.key_value_heads;
  return {
    batch,
    length,
    keys,
    heads,
    size,
    query: (b, i, h) => (b * length + i) * hidden + h * size,
    key: (b, j, h) => (b * keys + j) * narrow + Math.floor(h / group) * size,
    row: (b, h, i) => ((b * heads + h) * length + i) * keys,
  };
}
export interface AttentionGeometry {
  readonly batch: number;
  readonly length: number;
  readonly keys: number;
  readonly heads: number;
  readonly size: number;
  query(b: number, i: number, h: number): number;
  /** `h` is a query head. */
  key(b: number, j: number, h: number): number;
  row(b: number, h: number, i: number): number;
}

/** Returns the capped score divided by `a.cap`: `a.cap` times it is the score that the softmax sees. */
export function tanhOfScoreOverCap(score: number, a: AttentionAttributes): number {
  return Math.tanh(score / a.cap);
}

/** Calls `visit` for each (batch, head, query position). */
export function forEachQuery(g: AttentionGeometry, visit: (b: number, h: number, i: number) => void): void {
  for (let b = 0; b < g.batch; b++) for (let h = 0; h < g.heads; h++) for (let i = 0; i < g.length; i++) visit(b, h, i);
}

export function dotProduct(a: Float64Array, aStart: number, b: Float64Array, bt: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[aStart + i]! * b[bt + i]!;
  return sum;
}
/** y += factor · x over n elements. */
export function addScaledInPlace(
  y: Float64Array,
  yt: number,
  x: Float64Array,
  xt: number,
  n: number,
  factor: number,
): void {
  for (let i = 0; i < n; i++) y[yt + i] = y[yt + i]! + factor * x[xt + i]!;
}

/** Dropout's factor for each probability; all ones without dropout. */
export function dropoutFactors(p: ArrayValues, a: AttentionAttributes, step: ArrayValues | undefined): Float64Array {
  if (!a.rate) return zeros(p.data.length).fill(1);
  const [, heads = 1, length = 1, keys = 1] = p.shape;
  return dropoutMask(p.data.length, keys, { ...a, steps: step!.data }, dropoutRowIndex(heads, length));
}

/**
 * Maps row `i` of [batch, heads, length] to the row number that dropout hashes. Positions come before heads in it, so
 * that the mask does not depend on the padded length of the batch.
 */
export function dropoutRowIndex(heads: number, length: number): (i: number) => number {
  return (i) => {
    const head = Math.floor(i / length) % heads;
    return (Math.floor(i / (heads * length)) * length + (i % length)) * heads + head;
  };
}
