/**
 * A grid over the dimensions of a search: all values of countable dimensions, and a requested number of evenly spaced
 * values of continuous ones, ends included. It is visited in large strides, so that a partial run covers the space.
 */
import type { SearchDimension } from "../kind.js";
import { combinationsOf, type CombinationAxis, type Combinations } from "./combinations.js";
import { valueCount, nearestValue, nthValue, type NumberDimension } from "./dimension-values.js";

/** If `points` is null, a continuous dimension has no grid: the first one is returned as `endless`. */
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
    // Rounding gives 0.001 instead of the floating-point error of the logarithm.
    return nearestValue(d, Number((d.scale === "log" ? Math.exp(x) : x).toPrecision(12)));
  });
  return [...new Set(values)];
}

/** Maps a trial's index, from 0, to a combination; each combination is visited once. */
export function stridedOrder({ count }: Combinations): (n: bigint) => bigint {
  const stride = strideOf(count);
  return (n) => (n * stride) % count;
}

/** Returns the greatest number up to the golden-ratio share of the count that is coprime with it. */
function strideOf(count: bigint): bigint {
  for (let stride = (count * 618034n) / 1000000n; stride > 1n; stride--)
    if (commonDivisor(stride, count) === 1n) return stride;
  return 1n;
}
const commonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisor(b, a % b));
