/**
 * Test functions for searches, all to be minimised. bench/peers/optuna_searches.py defines the same functions; the
 * benchmark checks that they agree.
 */
import { hypervolume } from "#stdlib/searches/shared/pareto/hypervolume.js";
import type { SearchDimension, SearchPoint } from "#stdlib/searches/kind.js";

export interface Problem {
  readonly name: string;
  readonly dimensions: readonly SearchDimension[];
  readonly objectives: number;
  /** Standard deviation of the noise added to each value that is reported to a search. */
  readonly noise: number;
  /** The minimum; for several objectives the maximum hypervolume. */
  readonly best: number;
  /** Reference point of the hypervolume; only for several objectives. */
  readonly reference?: readonly number[];
  of(point: SearchPoint): readonly number[];
}

const range = (name: string, from: number, to: number): SearchDimension => ({
  name,
  kind: "number",
  scale: "linear",
  from,
  to,
  integer: false,
});
const ranges = (count: number, from: number, to: number): readonly SearchDimension[] =>
  Array.from({ length: count }, (_, i) => range(`x${i}`, from, to));
const values = (point: SearchPoint, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => point[`x${i}`] ?? NaN);
const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);

function branin(point: SearchPoint): readonly number[] {
  const [x = NaN, y = NaN] = values(point, 2);
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return [bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10];
}
const BRANIN = [range("x0", -5, 10), range("x1", 0, 15)];

const HEIGHTS = [1, 1.2, 3, 3.2];
const SLOPES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const PEAKS = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
function hartmann(point: SearchPoint): readonly number[] {
  const x = values(point, 6);
  const peak = (k: number): number => sum(x.map((xi, i) => SLOPES[k]![i]! * (xi - PEAKS[k]![i]!) ** 2));
  return [-sum(HEIGHTS.map((height, k) => height * Math.exp(-peak(k))))];
}

function rosenbrock(point: SearchPoint): readonly number[] {
  const x = values(point, 4);
  return [sum(x.slice(1).map((next, i) => 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2))];
}

function ackley(point: SearchPoint): readonly number[] {
  const x = values(point, 5);
  const far = Math.sqrt(sum(x.map((xi) => xi ** 2)) / x.length);
  const waves = sum(x.map((xi) => Math.cos(2 * Math.PI * xi))) / x.length;
  return [-20 * Math.exp(-0.2 * far) - Math.exp(waves) + 20 + Math.E];
}

/**
 * Dimensions as in fine-tuning: a rate, a rank, steps, a choice, and settings that exist for only one of its options.
 */
const MIXED: readonly SearchDimension[] = [
  { name: "rate", kind: "number", scale: "log", from: 1e-6, to: 1e-1, integer: false },
  { name: "rank", kind: "number", scale: "log", from: 1, to: 256, integer: true },
  { name: "batch", kind: "number", scale: "linear", from: 8, to: 128, integer: true, step: 8 },
  { name: "kind", kind: "choice", size: 4 },
  { ...range("dropout", 0, 0.5), when: { dimension: "kind", option: 2 } },
  { ...range("decay", 0, 0.3), when: { dimension: "kind", option: 1 } },
];
function mixed(point: SearchPoint): readonly number[] {
  const at = (name: string): number => point[name] ?? NaN;
  const kind = at("kind");
  const branch = [
    1,
    0.3 + 10 * (kind === 1 ? at("decay") - 0.1 : 0) ** 2,
    20 * (kind === 2 ? at("dropout") - 0.2 : 0) ** 2,
    0.6,
  ];
  const rate = (Math.log10(at("rate")) + 3.3) ** 2;
  return [rate + 0.2 * (Math.log2(at("rank")) - 4) ** 2 + ((at("batch") - 40) / 64) ** 2 + branch[kind]!];
}

function zdt1(point: SearchPoint): readonly number[] {
  const [first = NaN, ...others] = values(point, 6);
  const g = 1 + (9 / others.length) * sum(others);
  return [first, g * (1 - Math.sqrt(first / g))];
}
const REFERENCE = [1.1, 7];
/**
 * The Pareto front, 1 − √x, which determines the maximum hypervolume. Its 10,000 strips are short by less than 1e-3.
 */
const front = Array.from({ length: 10_001 }, (_, i) => [i / 10_000, 1 - Math.sqrt(i / 10_000)]);

const one = { objectives: 1, noise: 0 };
export const PROBLEMS: readonly Problem[] = [
  { ...one, name: "branin", dimensions: BRANIN, best: 0.39788735772973816, of: branin },
  { ...one, name: "hartmann6", dimensions: ranges(6, 0, 1), best: -3.322368011391339, of: hartmann },
  { ...one, name: "rosenbrock4", dimensions: ranges(4, -2, 2), best: 0, of: rosenbrock },
  { ...one, name: "ackley5", dimensions: ranges(5, -32.768, 32.768), best: 0, of: ackley },
  { ...one, name: "mixed", dimensions: MIXED, best: 0, of: mixed },
  { ...one, name: "noisy branin", dimensions: BRANIN, noise: 5, best: 0.39788735772973816, of: branin },
  {
    name: "zdt1",
    dimensions: ranges(6, 0, 1),
    objectives: 2,
    noise: 0,
    reference: REFERENCE,
    best: hypervolume(front, REFERENCE),
    of: zdt1,
  },
];

export interface Tried {
  readonly point: SearchPoint;
  /** Values reported to the search. */
  readonly values: readonly number[];
}
/** Distance of the best trial to the optimum; with noise, of the trial with the best observed value. */
export function regretOf(problem: Problem, trials: readonly Tried[]): number {
  if (problem.reference)
    return (
      problem.best -
      hypervolume(
        trials.map(({ values }) => values),
        problem.reference,
      )
    );
  const best = trials.reduce((a, b) => (b.values[0]! < a.values[0]! ? b : a));
  return problem.of(best.point)[0]! - problem.best;
}
