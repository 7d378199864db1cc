/** Type rules shared by many ops. A dimension is a number or the name of a size known only at run time. */
import type { Dimension, DType, NDArray, Type } from "./program.js";

/**
 * Thrown when an op's inputs don't fit; the builder adds op, path and types and throws the coded error `graph-type`.
 */
export class OpInputError extends Error {}

/** Names of sizes (`batch`, `length`) bound to numbers for one run. */
export type Sizes = Readonly<Record<string, number>>;

export function typeText(type: Type | NDArray): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}

export function sameShape(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** Broadcasts by numpy's rule; a named size matches only itself and 1. */
export function broadcastShapes(a: readonly Dimension[], b: readonly Dimension[]): Dimension[] {
  if (b.length === 0 || sameShape(a, b)) return [...a];
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - (rank - a.length)] ?? 1;
    const y = b[i - (rank - b.length)] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new OpInputError(`dimension ${x} doesn't broadcast with ${y}`);
    return x === 1 ? y : x;
  });
}

/** Adds a number (possibly negative) to a size; a named size gets it in its name, `length+20`. */
export function addToDimension(d: Dimension, more: number): Dimension {
  if (typeof d === "number") return d + more;
  const whole = dimensionParts(d);
  const sum = whole.more + more;
  if (sum < 0) throw new OpInputError(`nothing says that "${d}" is at least ${-more}`);
  return sum ? `${whole.name}+${sum}` : whole.name;
}
/** Splits `length+20` into the name that a feed binds and the number added to it. */
export function dimensionParts(d: string): { readonly name: string; readonly more: number } {
  const plusIndex = d.lastIndexOf("+");
  return plusIndex < 0 ? { name: d, more: 0 } : { name: d.slice(0, plusIndex), more: Number(d.slice(plusIndex + 1)) };
}

export function concreteShape(shape: readonly Dimension[], sizes: Sizes): number[] {
  return shape.map((d) => {
    if (typeof d === "number") return d;
    const { name, more } = dimensionParts(d);
    const bound = sizes[name];
    if (bound === undefined) throw new OpInputError(`no size is bound to "${name}"`);
    return bound + more;
  });
}

export function elementCount(type: Type, sizes: Sizes): number {
  return concreteShape(type.shape, sizes).reduce((p, d) => p * d, 1);
}

/** Normalises axes: counted from the front, sorted, without duplicates; negative ones count from the back. */
export function axesOf(rank: number, axes: readonly number[]): number[] {
  const positive = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (
    positive.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank) ||
    new Set(positive).size !== axes.length
  )
    throw new OpInputError(`axes [${axes.join(", ")}] don't fit rank ${rank}`);
  return positive.sort((a, b) => a - b);
}

export function isFloat(dtype: DType): boolean {
  return dtype === "f32" || dtype === "f64" || dtype === "bf16";
}

export function requireFloat(type: Type, what: string): void {
  if (!isFloat(type.dtype)) throw new OpInputError(`${what} must be a float, not ${type.dtype}`);
}

export function requireSameDType(...types: readonly Type[]): DType {
  const [first] = types;
  if (!first) throw new OpInputError("no input");
  for (const t of types)
    if (t.dtype !== first.dtype) throw new OpInputError(`dtypes ${first.dtype} and ${t.dtype} differ`);
  return first.dtype;
}

export function requireShape(type: Type, shape: readonly Dimension[], what: string): void {
  if (!sameShape(type.shape, shape))
    throw new OpInputError(`${what} must be [${shape.join(", ")}], not [${type.shape.join(", ")}]`);
}

/** Requires a valid type of dropout's step: a scalar, or one number per element of x's first axis. */
export function requireDropoutSteps(step: Type, x: Type): void {
  const [first] = step.shape;
  const each = step.shape.length === 1 && x.shape.length > 1 && first === x.shape[0];
  if (step.dtype !== "i32" || (step.shape.length > 0 && !each))
    throw new OpInputError(
      `step must be i32, a scalar or [${String(x.shape[0])}], not ${step.dtype} [${step.shape.join(", ")}]`,
    );
}

export function lastDimension(type: Type, what: string): Dimension {
  const d = type.shape.at(-1);
  if (d === undefined) throw new OpInputError(`${what} must have a dimension`);
  return d;
}
