/**
 * Estimates how long a training takes from recent trainings on this machine. A step takes a fixed time plus a time per
 * FLOP of effort; both are fitted to the measurements. The machine's measured product speed is one further, weaker
 * measurement, so a run of a tiny model says little about a large one.
 */
import type { MachineFacts, TrainingTime } from "../../language/types/facts.js";

export interface DurationEstimate {
  readonly seconds: number;
  /** Likely range of seconds. Wider if measured trainings are few, contradict each other, or are far from this one. */
  readonly between: readonly [least: number, most: number];
}
/** Share of the machine's product speed that a step reaches: 0.6 – 0.8 on every model and engine in bench/LOG.md. */
const REACHED = 0.65;
/** Weight of that assumed share relative to a measured training. */
const TRUST = 0.3;
/** Spread factor of a repeated training: other load on the machine, another mix of lengths. */
const NOISE = 1.2;
/** Spread factor per doubling between this step's effort and the nearest measured one. */
const DISTANCE = 1.1;
/** Seconds of training that get half the weight of a long one; shorter ones mostly measure the machine's noise. */
const TELLING = 1;

/** Returns the estimated duration; null if nothing was measured on this machine. */
export function estimateDuration(
  work: { readonly flops: number; readonly steps: number },
  { took, product }: Pick<MachineFacts, "took" | "product">,
): DurationEstimate | null {
  const usable = took.filter((t) => t.flops > 0 && t.steps > 0 && t.seconds > 0).map(perStep);
  if (usable.length === 0 || work.steps <= 0) return null;
  const effort = work.flops / work.steps;
  const { fixed, each } = fit(usable, product);
  const secondsFor = (flops: number): number => fixed + each * flops;
  const apart = (t: Step): number => Math.abs(Math.log2(effort / t.effort));
  // A training with low weight counts as farther away.
  const nearest = Math.min(...usable.map((t) => apart(t) - Math.log2(t.weight)));
  const by = NOISE * Math.exp(astray(usable, secondsFor, apart)) * DISTANCE ** nearest;
  // No step is faster than its matrix products. For a step lighter than all measured ones, the fixed time may be zero
  // or everything.
  const products = product === null ? 0 : effort / product;
  const lightest = usable.reduce((a, b) => (b.effort < a.effort ? b : a));
  const [less, more] =
    effort < lightest.effort ? [(lightest.seconds * effort) / lightest.effort, lightest.seconds] : [Infinity, 0];
  const least = Math.min(secondsFor(effort), less, Math.max(secondsFor(effort) / by, products));
  const most = Math.max(secondsFor(effort) * by, more);
  return {
    seconds: rounded(work.steps * secondsFor(effort)),
    between: [rounded(work.steps * least), rounded(work.steps * most)],
  };
}

interface Step {
  readonly effort: number;
  readonly seconds: number;
  /** Weight of the training: 0 – 1. */
  readonly weight: number;
}
function perStep({ flops, steps, seconds }: TrainingTime): Step {
  return { effort: flops / steps, seconds: seconds / steps, weight: seconds / (seconds + TELLING) };
}

/** Returns the largest log deviation of measured trainings from the fit, weighted by weight and similarity. */
function astray(steps: readonly Step[], secondsFor: (effort: number) => number, apart: (step: Step) => number): number {
  const counts = steps.map((t) => t.weight * 2 ** -apart(t));
  const most = Math.max(...counts);
  const far = steps.map((t, i) => ((counts[i] ?? 0) / most) * Math.abs(Math.log(t.seconds / secondsFor(t.effort))));
  return Math.max(...far);
}

/** Fits fixed and per-FLOP time by least squares of relative errors; neither may be negative. */
function fit(steps: readonly Step[], product: number | null): { readonly fixed: number; readonly each: number } {
  const rows = steps.map(({ effort, seconds, weight }) => {
    const trust = Math.sqrt(weight);
    return [trust / seconds, (trust * effort) / seconds, trust] as const;
  });
  const known = product === null ? [] : [[0, TRUST * REACHED * product, TRUST] as const];
  const sum = (term: (row: readonly [number, number, number]) => number): number =>
    [...rows, ...known].reduce((total, row) => total + term(row), 0);
  const [aa, ab, bb] = [sum(([a]) => a * a), sum(([a, b]) => a * b), sum(([, b]) => b * b)];
  const [ac, bc] = [sum(([a, , c]) => a * c), sum(([, b, c]) => b * c)];
  const determinant = aa * bb - ab * ab;
  if (determinant > 1e-9 * aa * bb) {
    const fixed = (ac * bb - bc * ab) / determinant;
    const each = (bc * aa - ac * ab) / determinant;
    if (fixed >= 0 && each >= 0) return { fixed, each };
    if (each < 0) return { fixed: ac / aa, each: 0 };
  }
  return { fixed: 0, each: bc / bb };
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
