/**
 * Finds the nearest minimum of a smooth function within bounds. Uses L-BFGS (Nocedal and Wright, algorithm 7.4) over
 * the variables that are not at a bound, with projected steps and a backtracking line search.
 */
export interface LocalMinimum {
  readonly x: Float64Array;
  readonly value: number;
}
/** Returns the value and writes the derivatives into `slope`. */
export type SmoothFunction = (x: Float64Array, slope: Float64Array) => number;
export interface MinimizationBounds {
  readonly low: (i: number) => number;
  readonly high: (i: number) => number;
  /** Maximum evaluations of the function. */
  readonly most: number;
  /** Stops when no free derivative is larger than this. */
  readonly flat: number;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}
const KEPT = 8;
const ENOUGH = 1e-4;

export function minimizeNear(f: SmoothFunction, start: Float64Array, within: MinimizationBounds): LocalMinimum {
  const cut = (x: Float64Array) => x.map((v, i) => Math.min(within.high(i), Math.max(within.low(i), v)));
  let x: Float64Array = cut(start);
  let slope: Float64Array = new Float64Array(x.length);
  let value = f(x, slope);
  let pairs: Pair[] = [];
  for (let evaluations = 1; evaluations < within.most;) {
    const free = x.map((v, i) => ((slope[i]! > 0 ? v > within.low(i) : v < within.high(i)) ? 1 : 0));
    if (slope.every((g, i) => !free[i] || Math.abs(g) <= within.flat)) break;
    let way: Float64Array = direction(slope, free, pairs);
    if (dot(way, slope) >= 0) {
      pairs = [];
      way = slope.map((g, i) => -g * free[i]!);
    }
    let length = pairs.length === 0 ? Math.min(1, 1 / norm(way)) : 1;
    let next: Float64Array | null = null;
    const [nextSlope, falls] = [new Float64Array(x.length), value];
    for (let halving = 0; halving < 20 && evaluations < within.most; halving++, length /= 2.5) {
      const tried = cut(x.map((v, i) => v + length * way[i]!));
      const nextValue = f(tried, nextSlope);
      evaluations++;
      const expected = tried.reduce((sum, v, i) => sum + slope[i]! * (v - x[i]!), 0);
      if (!(nextValue <= value + ENOUGH * expected) || !Number.isFinite(nextValue)) continue;
      [next, value] = [tried, nextValue];
      break;
    }
    if (!next) break;
    const s = next.map((v, i) => v - x[i]!);
    const y = nextSlope.map((g, i) => g - slope[i]!);
    const along = dot(s, y);
    if (along > 1e-12 * norm(s) * norm(y)) pairs = [...pairs.slice(1 - KEPT), { s, y, rho: 1 / along }];
    [x, slope] = [next, nextSlope];
    if (falls - value <= 1e-12 * Math.max(1, Math.abs(value))) break;
  }
  return { x, value };
}

/** Returns the descent direction: the negative gradient times the inverse curvature estimated from the last steps. */
function direction(slope: Float64Array, free: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = slope.map((g, i) => g * free[i]!);
  const shares = pairs.toReversed().map(({ s, y, rho }) => {
    const share = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i]! -= share * y[i]!;
    return share;
  });
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  pairs.forEach(({ s, y, rho }, index) => {
    const share = shares[pairs.length - 1 - index]! - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i]! += share * s[i]!;
  });
  return q.map((v, i) => -v * free[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
