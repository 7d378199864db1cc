/**
 * How long a training will take, by those that this machine did lately. A step takes a time of its own, whatever it
 * computes, and a time for each FLOP of effort; both are fitted to what was measured, with what the machine's product is
 * known to reach as one more, weaker, measurement. So a run of a tiny model says little of a large one's speed.
 */
import type { MachineFacts, TrainingTime } from "../../language/types/facts.js";

export interface Duration {
  readonly seconds: number;
  /** Wider where the trainings measured are few, contradict each other, or are far from this one. */
  readonly between: readonly [least: number, most: number];
}
/** Share of the product's speed that a step reaches: 0.6 – 0.8 on every model and engine in bench/LOG.md. */
const REACHED = 0.65;
/** What such a share is worth beside a training that was measured. */
const TRUST = 0.3;
/** A training repeated: a neighbour on the same machine, another mix of lengths. */
const NOISE = 1.2;
/** For each doubling between the effort of this step and the nearest one measured. */
const DISTANCE = 1.1;
/** Seconds of a training that tell half of what a long one does: shorter ones are mostly the machine's noise. */
const TELLING = 1;

/** null: nothing was measured on this machine. */
export function durationOf(
  work: { readonly flops: number; readonly steps: number },
  { took, product }: Pick<MachineFacts, "took" | "product">,
): Duration | null {
  const usable = took.filter((t) => t.flops > 0 && t.steps > 0 && t.seconds > 0).map(perStep);
  if (usable.length === 0 || work.steps <= 0) return null;
  const effort = work.flops / work.steps;
  const { fixed, each } = fit(usable, product);
  const secondsFor = (flops: number): number => fixed + each * flops;
  const apart = (t: Step): number => Math.abs(Math.log2(effort / t.effort));
  // A training that tells little is as good as one that is farther away.
  const nearest = Math.min(...usable.map((t) => apart(t) - Math.log2(t.weight)));
  const by = NOISE * Math.exp(astray(usable, secondsFor, apart)) * DISTANCE ** nearest;
  // No step is faster than its products. One lighter than all that were measured may have no time of its own, or no other.
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
  /** How much its training tells: 0 – 1. */
  readonly weight: number;
}
function perStep({ flops, steps, seconds }: TrainingTime): Step {
  return { effort: flops / steps, seconds: seconds / steps, weight: seconds / (seconds + TELLING) };
}

/** How far the trainings measured are from what is told of them, as a logarithm: those count that tell much and are like this one. */
function astray(steps: readonly Step[], secondsFor: (effort: number) => number, apart: (step: Step) => number): number {
  const counts = steps.map((t) => t.weight * 2 ** -apart(t));
  const most = Math.max(...counts);
  const far = steps.map((t, i) => ((counts[i] ?? 0) / most) * Math.abs(Math.log(t.seconds / secondsFor(t.effort))));
  return Math.max(...far);
}

/** Least squares of relative errors, neither time below nothing. */
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
