/**
 * Numerical composition of privacy loss (Gopi, Lee and Wutschitz 2021). The loss of one step is a random variable, and
 * the total loss is the sum over all steps. Its distribution comes from the product of Fourier transforms on a fine
 * grid. It is tighter than Rényi orders. ε is an upper bound: it includes the error of the grid, with Opacus' error
 * tolerances.
 */
import type { NoisySampledSteps } from "../kind.js";
import { erfc } from "./log-space.js";
import { epsilonByRdp } from "./rdp.js";

/**
 * Discrete Fourier transform in place, for a power of two complex numbers; `back` computes the inverse, without
 * division by their count.
 */
export function fourierTransform(real: Float64Array, imaginary: Float64Array, back = false): void {
  const n = real.length;
  swap(real, imaginary);
  const [cosines, sines] = turns(n, back ? 1 : -1);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half)
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const cos = cosines[k * stride]!;
        const sin = sines[k * stride]!;
        const x = real[b]!;
        const y = imaginary[b]!;
        const u = x * cos - y * sin;
        const v = x * sin + y * cos;
        const p = real[a]!;
        const q = imaginary[a]!;
        real[a] = p + u;
        imaginary[a] = q + v;
        real[b] = p - u;
        imaginary[b] = q - v;
      }
  }
}

/** Permutes elements: index i moves to the bit-reversed i. */
function swap(real: Float64Array, imaginary: Float64Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const x = real[i]!;
    const y = imaginary[i]!;
    real[i] = real[j]!;
    imaginary[i] = imaginary[j]!;
    real[j] = x;
    imaginary[j] = y;
  }
}

function turns(n: number, sign: number): readonly [Float64Array, Float64Array] {
  const [cosines, sines] = [new Float64Array(n / 2), new Float64Array(n / 2)];
  for (let k = 0; k < n / 2; k++) {
    cosines[k] = Math.cos((2 * Math.PI * k) / n);
    sines[k] = sign * Math.sin((2 * Math.PI * k) / n);
  }
  return [cosines, sines];
}

const EPSILON_ERROR = 0.01;
/** Relative error tolerance of δ. */
const DELTA_ERROR = 1e-3;
/** Maximum loss: e to this power still fits a double. */
const FURTHEST = 600;
/** Maximum number of grid cells: about a second of computation. */
const MOST_CELLS = 2 ** 21;

/**
 * Returns ε at δ of all steps done; null if the spent budget is so large that the grid would need too much memory.
 * `coarse`: factor of the cell width; above 1, the result is a good estimate but no upper bound.
 */
export function epsilonByPrv(done: readonly NoisySampledSteps[], delta: number, coarse = 1): number | null {
  const phases = done.filter(({ rate, steps }) => rate > 0 && steps > 0);
  if (phases.length === 0) return 0;
  if (phases.some(({ noise }) => noise === 0)) return Infinity;
  const error = delta * DELTA_ERROR;
  const count = phases.reduce((sum, { steps }) => sum + steps, 0);
  const reach = reachOf(phases, error, count);
  const cell = (coarse * EPSILON_ERROR) / Math.sqrt((count * Math.log(12 / error)) / 2);
  const half = Math.ceil(reach / cell);
  if (!(reach <= FURTHEST && 2 * half + 2 <= MOST_CELLS)) return null;
  const { masses, shift } = composed(phases, { reach: half * cell, cell, half });
  const found = epsilonAt(masses, { cell, shift, delta: delta - error });
  return found === null ? null : Math.max(0, found + EPSILON_ERROR);
}

/** Returns the maximum absolute loss that the grid must cover (remark 5.6 of the paper, as Opacus reads it). */
function reachOf(phases: readonly NoisySampledSteps[], error: number, count: number): number {
  const each = phases.map((one) => epsilonByRdp([{ ...one, steps: 1 }], error / (8 * count)));
  return Math.max(epsilonByRdp(phases, error / 4), ...each, EPSILON_ERROR) + 3;
}

interface Grid {
  /** The grid covers losses from −reach to reach. */
  readonly reach: number;
  readonly cell: number;
  /** Number of cells on each side of 0. */
  readonly half: number;
}
interface Composed {
  /** Probability masses; index 0 is loss 0, and negative losses are at the end. */
  readonly masses: Float64Array;
  /** Offset to add to each cell's loss. */
  readonly shift: number;
}

function composed(phases: readonly NoisySampledSteps[], grid: Grid): Composed {
  let size = 2;
  while (size < 2 * grid.half + 2) size *= 2;
  let total: Numbers | undefined;
  let shift = 0;
  for (const phase of phases) {
    const real = new Float64Array(size);
    const imaginary = new Float64Array(size);
    shift += phase.steps * discretised(phase, grid, real);
    fourierTransform(real, imaginary);
    raise(real, imaginary, phase.steps);
    if (total) multiply(total, [real, imaginary]);
    else total = [real, imaginary];
  }
  const [masses, rest] = total ?? [new Float64Array(size), new Float64Array(size)];
  fourierTransform(masses, rest, true);
  for (let i = 0; i < size; i++) masses[i] = Number(masses[i]) / size;
  return { masses, shift };
}

/** Complex numbers, as real and imaginary parts. */
type Numbers = readonly [Float64Array, Float64Array];

/** Raises each element to a power; the second half is the conjugate of the first. */
function raise(real: Float64Array, imaginary: Float64Array, power: number): void {
  const n = real.length;
  for (let i = 0; i <= n / 2; i++) {
    const [x, y] = [Number(real[i]), Number(imaginary[i])];
    const length = (x * x + y * y) ** (power / 2);
    const angle = Math.atan2(y, x) * power;
    real[i] = length * Math.cos(angle);
    imaginary[i] = length * Math.sin(angle);
    if (i === 0 || i === n / 2) continue;
    real[n - i] = Number(real[i]);
    imaginary[n - i] = -Number(imaginary[i]);
  }
}
function multiply([real, imaginary]: Numbers, by: Numbers): void {
  for (let i = 0; i < real.length; i++) {
    const [x, y, u, v] = [Number(real[i]), Number(imaginary[i]), Number(by[0][i]), Number(by[1][i])];
    real[i] = x * u - y * v;
    imaginary[i] = x * v + y * u;
  }
}

/** Fills the cells with the masses of one step. @returns the true mean loss minus the mean loss of the cells */
function discretised({ noise, rate }: NoisySampledSteps, { reach, cell, half }: Grid, masses: Float64Array): number {
  const size = masses.length;
  const [from, to] = [chanceBelow(-reach, noise, rate), chanceBelow(reach, noise, rate)];
  const upTo = (t: number): number =>
    t < -reach ? 0 : t < reach ? (chanceBelow(t, noise, rate) - from) / (to - from) : 1;
  let before = upTo((-half - 0.5) * cell);
  let mean = 0;
  for (let i = -half; i <= half; i++) {
    const now = upTo((i + 0.5) * cell);
    const mass = now - before;
    masses[i < 0 ? size + i : i] = mass;
    mean += mass * i * cell;
    before = now;
  }
  return meanLoss(noise, rate, reach) - mean;
}

/** Returns the probability that the loss of one step is at most t (proposition B.4). */
function chanceBelow(t: number, noise: number, rate: number): number {
  const x = placeOf(t, rate);
  if (x === -Infinity) return 0;
  const scale = 2 * Math.SQRT2 * noise;
  const [with_, without] = [2 * x * noise ** 2 - 1, 2 * x * noise ** 2 + 1];
  return 1 - (rate * erfc(with_ / scale)) / 2 - ((1 - rate) * erfc(without / scale)) / 2;
}
/** Returns log((eᵗ − 1 + rate) / rate). */
function placeOf(t: number, rate: number): number {
  if (t <= Math.log1p(-rate)) return -Infinity;
  return t > 1 ? t + Math.log1p((rate - 1) * Math.exp(-t)) - Math.log(rate) : Math.log((Math.expm1(t) + rate) / rate);
}

const WIDTHS = 9;
/** Width of an integration panel, in standard deviations; each panel uses Gauss-Legendre quadrature. */
const PANEL = 0.5;
const NODES: readonly (readonly [at: number, weight: number])[] = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975362, 0.1012285362903763],
];

/** Returns the mean loss of one step, restricted to losses between −reach and reach. */
function meanLoss(noise: number, rate: number, reach: number): number {
  const place = (t: number): number => {
    const x = placeOf(t, rate);
    return x === -Infinity ? -Infinity : noise ** 2 * x + 0.5;
  };
  const least = Math.max(place(-reach), -WIDTHS * noise);
  const most = Math.min(place(reach), 1 + WIDTHS * noise);
  const panels = Math.max(1, Math.ceil((most - least) / (PANEL * noise)));
  const half = (most - least) / panels / 2;
  let [mass, sum] = [0, 0];
  for (let i = 0; i < panels; i++)
    for (const [node, weight] of NODES)
      for (const side of [-node, node]) {
        const x = least + (2 * i + 1 + side) * half;
        const chance = weight * ((1 - rate) * bell(x / noise) + rate * bell((x - 1) / noise));
        mass += chance;
        sum += chance * Math.log1p(rate * Math.expm1((2 * x - 1) / (2 * noise ** 2)));
      }
  return sum / mass;
}
const bell = (z: number): number => Math.exp((-z * z) / 2);

/** Returns the ε at which the probability of exceeding it contributes δ; null if there is none. */
function epsilonAt(
  masses: Float64Array,
  { cell, shift, delta }: { readonly cell: number; readonly shift: number; readonly delta: number },
): number | null {
  const half = masses.length / 2;
  let [whole, weighed] = [0, 0];
  for (let i = half - 1; i >= -half; i--) {
    const t = i * cell + shift;
    const mass = Number(masses[i < 0 ? masses.length + i : i]);
    const [nextWhole, nextWeighed] = [whole + mass, weighed + mass * Math.exp(-t)];
    if (nextWhole - Math.exp(t) * nextWeighed > delta) return Math.log((whole - delta) / weighed);
    [whole, weighed] = [nextWhole, nextWeighed];
  }
  return null;
}
