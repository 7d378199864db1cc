/**
 * L-BFGS (Liu and Nocedal 1989): minimizes a smooth convex function of many variables, with a backtracking line search
 * that halves steps. Its history is bounded in memory, so that problems with millions of variables fit.
 */
import { nextEventLoopTurn } from "#platform/turn.js";

/** Returns the value at `x`; writes its gradient into `gradient`. */
export type ObjectiveFunction = (x: Float64Array, gradient: Float64Array) => number;

/** Maximum number of past steps in the history, and their maximum bytes; at least three steps are stored. */
const KEPT = 10;
const BYTES = 2 ** 29;
/** Minimum decrease of a step, as a share of the decrease that its slope predicts (Armijo condition). */
const ENOUGH = 1e-4;
const MOST = 1000;

/** Minimizes from `x`, in place, until the gradient norm is at most `tolerance`. */
export async function minimizeLbfgs(
  x: Float64Array,
  objective: ObjectiveFunction,
  { tolerance, signal }: { readonly tolerance: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const n = x.length;
  const historySize = Math.max(3, Math.min(KEPT, Math.floor(BYTES / (16 * Math.max(1, n)))));
  const steps: Step[] = [];
  let gradient = new Float64Array(n);
  let next = new Float64Array(n);
  let value = objective(x, gradient);
  for (let round = 0; round < MOST && Math.sqrt(dot(gradient, gradient)) > tolerance; round++) {
    signal?.throwIfAborted();
    await nextEventLoopTurn();
    const direction = directed(gradient, steps);
    const slope = dot(gradient, direction);
    const from = x.slice();
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let found = Number.POSITIVE_INFINITY;
    for (let halved = 0; halved < 40; halved++, length /= 2) {
      for (let i = 0; i < n; i++) x[i] = from[i]! + length * direction[i]!;
      found = objective(x, next);
      if (found <= value + ENOUGH * length * slope) break;
    }
    if (!(found < value)) {
      x.set(from); // no further decrease is possible: the sums have reached floating-point precision
      return;
    }
    for (let i = 0; i < n; i++) {
      from[i] = x[i]! - from[i]!;
      direction[i] = next[i]! - gradient[i]!;
    }
    const along = dot(from, direction);
    if (along > 1e-12) steps.push({ moved: from, turned: direction, along });
    if (steps.length > historySize) steps.shift();
    value = found;
    [gradient, next] = [next, gradient];
  }
}

interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly along: number;
}

/** Returns the L-BFGS descent direction from the gradient and the past steps. */
function directed(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const shares: number[] = [];
  for (const { moved, turned, along } of steps.toReversed()) {
    const share = dot(moved, direction) / along;
    add(direction, turned, -share);
    shares.push(share);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = last.along / dot(last.turned, last.turned);
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const { moved, turned, along } of steps)
    add(direction, moved, (shares.pop() ?? 0) - dot(turned, direction) / along);
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
function add(to: Float64Array, other: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += times * other[i]!;
}
