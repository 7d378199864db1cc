/**
 * A grid over the dimensions of a search: all values of what can be counted, and of other numbers so many as are asked for,
 * evenly on their scale with both ends. It is walked in great strides, so that a part of it is spread over the whole.
 */
import type { SearchDimension } from "../kind.js";
import { combinationsOf, type CombinationAxis, type Combinations } from "./combinations.js";
import { valueCount, nearestValue, nthValue, type NumberDimension } from "./dimension-values.js";

/** null: the first of the dimensions that is no grid without a number of points. */
export function gridCombinations(
  dimensions: readonly SearchDimension[],
  points: number | null,
): Combinations | { readonly endless: SearchDimension } {
  const endless = dimensions.find((dimension) => points === null && valueCount(dimension) === Infinity);
  return endless ? { endless } : combinationsOf(dimensions.map((dimension) => axisOf(dimension, points)));
}

function axisOf(dimension: SearchDimension, points: number | null): CombinationAxis {
  const count = valueCount(dimension);
  const thinned = dimension.kind === "number" && dimension.step === undefined && points !== null && count > points;
  if (!thinned) return { dimension, count, valueAtPlace: (place) => nthValue(dimension, place) };
  const values = spread(dimension, points);
  return { dimension, count: values.length, valueAtPlace: (place) => values[place]! };
}

function spread(d: NumberDimension, points: number): readonly number[] {
  if (points === 1) return [nearestValue(d, d.scale === "log" ? Math.sqrt(d.from * d.to) : (d.from + d.to) / 2)];
  const [from, to] = d.scale === "log" ? [Math.log(d.from), Math.log(d.to)] : [d.from, d.to];
  const values = Array.from({ length: points }, (_, i) => {
    if (i === 0 || i === points - 1) return nearestValue(d, i === 0 ? d.from : d.to);
    const x = from + ((to - from) * i) / (points - 1);
    // 0.001 and not what logarithms leave of it.
    return nearestValue(d, Number((d.scale === "log" ? Math.exp(x) : x).toPrecision(12)));
  });
  return [...new Set(values)];
}

/** The combination that is tried as the n-th, from 0: each comes once. */
export function stridedOrder({ count }: Combinations): (n: bigint) => bigint {
  const stride = strideOf(count);
  return (n) => (n * stride) % count;
}

/** The number nearest below the golden share of all that has no divisor in common with them. */
function strideOf(count: bigint): bigint {
  for (let stride = (count * 618034n) / 1000000n; stride > 1n; stride--)
    if (commonDivisor(stride, count) === 1n) return stride;
  return 1n;
}
const commonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisor(b, a % b));
