/**
 * Finds the minimum noise for a privacy guarantee, rounded up to three decimals: a thousandth less would break the
 * guarantee.
 */

/** Resolution: parts per unit of noise (in units of the clip). */
const PARTS = 1000;
/** Maximum noise: more would make training impossible. */
export const MAX_NOISE = 10_000;
const MOST = MAX_NOISE * PARTS;

/**
 * @param epsilonOf returns the ε spent with a given noise; it decreases as noise grows
 * @param near a noise that is probably near the answer
 * @param parts first step of the search, in thousandths; defaults to a fiftieth of `near`
 * @returns null if no noise is sufficient
 */
export function leastNoiseFor(
  epsilon: number,
  epsilonOf: (noise: number) => number,
  near = 1,
  parts?: number,
): number | null {
  const pointAt = (tried: number): Point => ({ parts: tried, spent: epsilonOf(tried / PARTS) });
  const begun = Math.max(1, Math.min(MOST, Math.ceil(near * PARTS - 1e-6)));
  let found = bracket(epsilon, pointAt, begun, parts ?? Math.max(1, Math.ceil(begun / 50)));
  for (let i = 0; found && found.enough.parts - found.little.parts > 1; i++) {
    const point: Point = pointAt(between(found, epsilon, i % 3 === 2));
    found = point.spent <= epsilon ? { ...found, enough: point } : { ...found, little: point };
  }
  return found && found.enough.parts / PARTS;
}

interface Point {
  readonly parts: number;
  readonly spent: number;
}
/** A noise that is too small (`little`) and one that is sufficient (`enough`), in thousandths. */
interface Bracket {
  readonly little: Point;
  readonly enough: Point;
}

function bracket(epsilon: number, pointAt: (parts: number) => Point, near: number, first: number): Bracket | null {
  let one = pointAt(near);
  let step = first;
  if (one.spent <= epsilon) {
    for (;;) {
      const parts = Math.max(0, one.parts - step);
      const other = parts === 0 ? { parts, spent: Infinity } : pointAt(parts);
      if (other.spent > epsilon) return { little: other, enough: one };
      one = other;
      step *= 4;
    }
  }
  while (one.parts < MOST) {
    const other = pointAt(Math.min(MOST, one.parts + step));
    if (other.spent <= epsilon) return { little: one, enough: other };
    one = other;
    step *= 4;
  }
  return null;
}

/**
 * Returns the point where linear interpolation of the logarithms meets ε. Every third time it is the midpoint, to
 * guarantee convergence.
 */
function between({ little, enough }: Bracket, epsilon: number, middle: boolean): number {
  const [low, high] = [Math.log(little.parts), Math.log(enough.parts)];
  const share = (Math.log(little.spent) - Math.log(epsilon)) / (Math.log(little.spent) - Math.log(enough.spent));
  const line = Math.exp(low + share * (high - low));
  const guess = middle || !Number.isFinite(line) ? (little.parts + enough.parts) / 2 : line;
  return Math.min(enough.parts - 1, Math.max(little.parts + 1, Math.round(guess)));
}
