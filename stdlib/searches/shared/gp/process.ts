/**
 * A Gaussian process with the Matérn-5/2 kernel and a weight per dimension (Rasmussen and Williams 2006, chapters 2 and
 * 5). The distance between options of a choice is 0 or 1 (Hamming). Values are standardized to mean 0 and deviation 1.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { cholesky, inverseFromCholesky, solveLower, solveUpper } from "./matrix.js";

/** Input rows, and which of their columns are choices. */
export interface ProcessRows {
  readonly rows: readonly Float64Array[];
  readonly choices: readonly boolean[];
}
export interface ProcessSettings {
  /** One over the squared length scale, per column. */
  readonly weights: Float64Array;
  readonly scale: number;
  /** Variance of the observation noise. */
  readonly noise: number;
}
export interface GaussianProcess extends ProcessRows {
  readonly settings: ProcessSettings;
  readonly lower: Float64Array;
  /** (K + noise)⁻¹ · values. */
  readonly answers: Float64Array;
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Returns the kernel value for a squared, weighted distance. */
export function maternKernel(squared: number): number {
  const root = Math.sqrt(5 * squared);
  return (1 + root + (5 / 3) * squared) * Math.exp(-root);
}
/** Returns the derivative of the kernel with respect to the squared, weighted distance. */
export function maternKernelSlope(squared: number): number {
  const root = Math.sqrt(5 * squared);
  return (-5 / 6) * (1 + root) * Math.exp(-root);
}

export function weightedSquaredDistance(
  a: Float64Array,
  b: Float64Array,
  weights: Float64Array,
  choices: readonly boolean[],
): number {
  let sum = 0;
  for (let d = 0; d < weights.length; d++) {
    const apart = a[d]! - b[d]!;
    sum += weights[d]! * (choices[d] ? (apart === 0 ? 0 : 1) : apart * apart);
  }
  return sum;
}

export function gaussianProcessOf(
  processRows: ProcessRows,
  values: Float64Array,
  settings: ProcessSettings,
): GaussianProcess {
  const n = processRows.rows.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++)
      covariance[i * n + j] =
        settings.scale *
          maternKernel(
            weightedSquaredDistance(processRows.rows[i]!, processRows.rows[j]!, settings.weights, processRows.choices),
          ) +
        (i === j ? settings.noise : 0);
  // Nearly identical rows can make the matrix singular, so noise is added, ten times as much on each attempt.
  for (let more = 0, tried = 0; tried < 12; tried++, more = more === 0 ? 1e-10 : 10 * more) {
    const raised = more === 0 ? covariance : covariance.map((v, index) => (index % (n + 1) === 0 ? v + more : v));
    const lower = cholesky(raised, n);
    if (lower) return { ...processRows, settings, lower, answers: solveUpper(lower, n, solveLower(lower, n, values)) };
  }
  throw new CodedError("internal", { what: "the covariance of a sweep's trials is not positive" });
}

/**
 * Predicts the mean and variance of the function at a row, without noise. Writes the derivatives of both with respect
 * to the row's columns into `slopes`.
 */
export function predictProcess(
  process: GaussianProcess,
  row: Float64Array,
  slopes?: { readonly mean: Float64Array; readonly variance: Float64Array },
): { readonly mean: number; readonly variance: number } {
  const { rows, choices, settings, lower, answers } = process;
  const n = rows.length;
  const to = new Float64Array(n);
  const squares = new Float64Array(n);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    squares[i] = weightedSquaredDistance(row, rows[i]!, settings.weights, choices);
    to[i] = settings.scale * maternKernel(squares[i]!);
    mean += to[i]! * answers[i]!;
  }
  const half = solveLower(lower, n, to);
  let variance = settings.scale;
  for (const v of half) variance -= v * v;
  if (slopes) {
    const whole = solveUpper(lower, n, half);
    slopes.mean.fill(0);
    slopes.variance.fill(0);
    for (let i = 0; i < n; i++) {
      const steep = 2 * settings.scale * maternKernelSlope(squares[i]!);
      for (let d = 0; d < row.length; d++) {
        if (choices[d]) continue;
        const by = steep * settings.weights[d]! * (row[d]! - rows[i]![d]!);
        slopes.mean[d]! += by * answers[i]!;
        slopes.variance[d]! -= 2 * by * whole[i]!;
      }
    }
  }
  return { mean, variance: Math.max(variance, 1e-12 * settings.scale) };
}

export function processLogLikelihood({ lower, answers, rows }: GaussianProcess, values: Float64Array): number {
  const n = rows.length;
  let total = -0.5 * n * LOG_TWO_PI;
  for (let i = 0; i < n; i++) total -= Math.log(lower[i * n + i]!) + 0.5 * values[i]! * answers[i]!;
  return total;
}

/** Returns its derivatives with respect to the logarithms of the weights, the scale and the noise, in this order. */
export function logLikelihoodSlope(process: GaussianProcess): Float64Array {
  const { rows, choices, settings, lower, answers } = process;
  const [n, width] = [rows.length, settings.weights.length];
  const inverse = inverseFromCholesky(lower, n);
  const slope = new Float64Array(width + 2);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const [a, b] = [rows[i]!, rows[j]!];
      // Half the trace of a symmetric matrix: each off-diagonal pair counts once, the diagonal half.
      const pull = (answers[i]! * answers[j]! - inverse[i * n + j]!) * (i === j ? 0.5 : 1);
      if (i === j) {
        slope[width]! += pull * settings.scale;
        slope[width + 1]! += pull * settings.noise;
        continue;
      }
      const squared = weightedSquaredDistance(a, b, settings.weights, choices);
      slope[width]! += pull * settings.scale * maternKernel(squared);
      const steep = pull * settings.scale * maternKernelSlope(squared);
      for (let d = 0; d < width; d++) {
        const apart = a[d]! - b[d]!;
        slope[d]! += steep * settings.weights[d]! * (choices[d] ? (apart === 0 ? 0 : 1) : apart * apart);
      }
    }
  return slope;
}
