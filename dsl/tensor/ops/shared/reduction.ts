/** Shared by the reductions: the result type and the loop. */
import { flagAttribute, numberListAttribute, type InferAttributes } from "../../attributes.js";
import type { Type } from "../../program.js";
import { axesOf } from "../../shape.js";
import { stridesOf, makeArrayValues, forEachPosition, type ArrayValues } from "../../values.js";

export const REDUCTION_ATTRIBUTES = { axes: numberListAttribute, keep: flagAttribute };
type Reduction = InferAttributes<typeof REDUCTION_ATTRIBUTES>;

export function reducedType(x: Type, a: Reduction): Type {
  const axes = axesOf(x.shape.length, a.axes);
  const shape = a.keep
    ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : x.shape.filter((_, i) => !axes.includes(i));
  return { dtype: x.dtype, shape };
}

/** Strides that map a position of the input to its index in the reduced array. */
export function reducedStrides(whole: readonly number[], axes: readonly number[]): number[] {
  const keptShape = whole.map((d, i) => (axes.includes(i) ? 1 : d));
  return stridesOf(keptShape).map((s, i) => (axes.includes(i) ? 0 : s));
}

/** Folds `f(so far, element, elements per result)` over the axes. */
export function foldOverAxes(
  x: ArrayValues,
  a: Pick<Reduction, "axes">,
  shape: readonly number[],
  start: number,
  f: (sofar: number, v: number, n: number) => number,
): ArrayValues {
  const axes = axesOf(x.shape.length, a.axes);
  const y = makeArrayValues(shape);
  y.data.fill(start);
  const n = x.data.length / y.data.length;
  forEachPosition(x.shape, [reducedStrides(x.shape, axes)], (i, [p]) => {
    y.data[p!] = f(y.data[p!]!, x.data[i]!, n);
  });
  return y;
}
