/**
 * A Parzen estimator over points of one group of dimensions, like Optuna's (samplers/_tpe): a mixture of one kernel per
 * observation and one prior kernel. Number kernels are truncated normal distributions on the dimension's scale.
 * Countable values integrate them up to the midpoints between neighbours; choices use weights that favour observed
 * options.
 */
import type { SearchDimension } from "../../kind.js";
import { LOG_ROOT_TWO_PI, logNormalProbabilityBetween, normalCdf, normalQuantile } from "../../../statistics/normal.js";
import { greatestValue, nearestValue, stepBetweenValues, type NumberDimension } from "../dimension-values.js";

export interface ParzenEstimator {
  /** Mixture weights of the kernels; the prior kernel is the last. */
  readonly weights: readonly number[];
  readonly columns: readonly Column[];
}
type Column = ChoiceColumn | NumberColumn;
interface ChoiceColumn {
  readonly is: "choice";
  /** Indexed by kernel, then by option. */
  readonly shares: readonly (readonly number[])[];
}
interface NumberColumn {
  readonly is: "number";
  readonly dimension: NumberDimension;
  readonly step: number | null;
  /** Mean of each kernel, on the dimension's scale. */
  readonly middles: readonly number[];
  readonly widths: readonly number[];
  readonly low: number;
  readonly high: number;
  /** Per kernel: logarithm of the probability mass between the ends. */
  readonly inside: readonly number[];
  /** Caches the log densities of the kernels at each value. */
  readonly densityCache: Map<number, readonly number[]>;
}

/**
 * @param observed a value for each dimension in each row, the oldest first
 * @param weighed weight per row; by default the last 25 rows weigh the same, older ones less and less
 */
export function parzenEstimatorOf(
  dimensions: readonly SearchDimension[],
  observed: readonly (readonly number[])[],
  weighed: readonly number[] = byAge(observed.length),
): ParzenEstimator {
  const all = [...weighed, 1];
  const sum = all.reduce((a, b) => a + b, 0);
  return {
    weights: all.map((weight) => weight / sum),
    columns: dimensions.map((dimension, i) => {
      const values = observed.map((row) => row[i]!);
      return dimension.kind === "choice" ? choices(dimension.size, values) : numbers(dimension, values);
    }),
  };
}

const RECENT = 25;
function byAge(count: number): readonly number[] {
  const older = count - RECENT;
  return Array.from({ length: count }, (_, i) =>
    i >= older ? 1 : older === 1 ? 1 / count : 1 / count + ((1 - 1 / count) * i) / (older - 1),
  );
}

function choices(size: number, values: readonly number[]): ChoiceColumn {
  if (values.length === 0) return { is: "choice", shares: [Array.from({ length: size }, () => 1 / size)] };
  const floor = 1 / (values.length + 1);
  const sum = 1 + size * floor;
  const favouring = (value: number): readonly number[] =>
    Array.from({ length: size }, (_, option) => (floor + (option === value ? 1 : 0)) / sum);
  return { is: "choice", shares: [...values.map(favouring), Array.from({ length: size }, () => 1 / size)] };
}

function numbers(dimension: NumberDimension, values: readonly number[]): NumberColumn {
  const step = stepBetweenValues(dimension);
  const scaled = dimension.scale === "log" ? Math.log : (x: number) => x;
  const [low, high] = [scaled(below(dimension, dimension.from, step)), scaled(above(greatestValue(dimension), step))];
  const seen = values.map(scaled);
  const middles = [...seen, (low + high) / 2];
  const widths = [...widthsOf(seen, low, high), high - low];
  const inside = middles.map((middle, i) =>
    logNormalProbabilityBetween((low - middle) / widths[i]!, (high - middle) / widths[i]!),
  );
  return { is: "number", dimension, step, middles, widths, low, high, inside, densityCache: new Map() };
}

/** Returns the value half a step below; on a logarithmic scale never below 0. */
function below(d: NumberDimension, value: number, step: number | null): number {
  if (step === null) return value;
  return d.scale === "log" && value <= step / 2 ? value / 2 : value - step / 2;
}
const above = (value: number, step: number | null): number => value + (step ?? 0) / 2;

/**
 * Kernel width: the distance to the farther neighbour (the outermost have only one). It is clipped between a share of
 * the range that shrinks with more observations, and the full range.
 */
function widthsOf(values: readonly number[], low: number, high: number): readonly number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const sorted = [low, ...order.map((i) => values[i]!), high];
  const widths = new Array<number>(values.length);
  const least = (high - low) / Math.min(100, values.length + 2);
  order.forEach((i, place) => {
    const [left, right] = [sorted[place + 1]! - sorted[place]!, sorted[place + 2]! - sorted[place + 1]!];
    const alone = values.length < 2;
    const width = alone
      ? Math.max(left, right)
      : place === 0
        ? right
        : place === values.length - 1
          ? left
          : Math.max(left, right);
    widths[i] = Math.min(high - low, Math.max(least, width));
  });
  return widths;
}

/** Returns the log density of a point; for countable values and choices the log probability. */
export function logDensity({ weights, columns }: ParzenEstimator, row: readonly number[]): number {
  const logs = weights.map((weight) => Math.log(weight));
  columns.forEach((column, i) => {
    const value = row[i]!;
    const columnLogs =
      column.is === "choice" ? column.shares.map((shares) => Math.log(shares[value]!)) : densities(column, value);
    for (let k = 0; k < logs.length; k++) logs[k]! += columnLogs[k]!;
  });
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  if (most === -Infinity) return most;
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

function densities(column: NumberColumn, value: number): readonly number[] {
  const { dimension, step, middles, widths, inside, densityCache } = column;
  const known = densityCache.get(value);
  if (known) return known;
  const scaled = dimension.scale === "log" ? Math.log : (x: number) => x;
  const [left, center, right] = [scaled(below(dimension, value, step)), scaled(value), scaled(above(value, step))];
  const found = middles.map((middle, k) => {
    const width = widths[k]!;
    if (step !== null)
      return logNormalProbabilityBetween((left - middle) / width, (right - middle) / width) - inside[k]!;
    return -0.5 * ((center - middle) / width) ** 2 - LOG_ROOT_TWO_PI - Math.log(width) - inside[k]!;
  });
  densityCache.set(value, found);
  return found;
}

export function drawFromParzen({ weights, columns }: ParzenEstimator, share: () => number): readonly number[] {
  const kernel = placeOf(weights, share());
  return columns.map((column) =>
    column.is === "choice" ? placeOf(column.shares[kernel]!, share()) : drawNumber(column, kernel, share()),
  );
}

function placeOf(shares: readonly number[], share: number): number {
  let sum = 0;
  const place = shares.findIndex((one) => (sum += one) > share);
  return place === -1 ? shares.length - 1 : place;
}

function drawNumber({ dimension, middles, widths, low, high }: NumberColumn, kernel: number, share: number): number {
  const [middle, width] = [middles[kernel]!, widths[kernel]!];
  const [from, to] = [normalCdf((low - middle) / width), normalCdf((high - middle) / width)];
  const x = middle + width * normalQuantile(from + share * (to - from));
  const value = Math.min(high, Math.max(low, x));
  return nearestValue(dimension, dimension.scale === "log" ? Math.exp(value) : value);
}
