/** The privacy guarantee of a `differential` call, and the budget spent, computed by its accountant. */
import type { PrivacySampling, PrivacyGuarantee } from "#dsl/language/types/capabilities/promise-text.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { Call } from "#dsl/language/types/value.js";
import type { NoisySampledSteps } from "../kind.js";
import { epsilonByPrv } from "./prv.js";
import { epsilonByRdp } from "./rdp.js";

// Finds the minimum noise for a privacy guarantee, rounded up to three decimals: a thousandth less would break the
// guarantee.

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

/** Default δ for few units; for many it is 1 / units^1.1. Both are far below one unit. */
const USUAL_DELTA = 1e-5;

/** Rounds down to one digit, so that the default is a number that people would write. */
export function defaultDelta(units: number): number {
  const most = Math.min(USUAL_DELTA, Math.max(1, units) ** -1.1);
  const scale = 10 ** Math.floor(Math.log10(most) + 1e-9);
  return Number((Math.floor(most / scale + 1e-9) * scale).toPrecision(1));
}

/** Returns ε at δ of all steps done; null if the grid of the accountant would be too large. */
export function epsilonByAccountant(
  accountant: string,
  done: readonly NoisySampledSteps[],
  delta: number,
): number | null {
  return accountant === "prv" ? epsilonByPrv(done, delta) : epsilonByRdp(done, delta);
}

export function privacyGuaranteeOf(call: Call, drawing: PrivacySampling): PrivacyGuarantee | Refusal {
  const { epsilon, noise, accountant } = call.arguments;
  const delta = typeof call.arguments["delta"] === "number" ? call.arguments["delta"] : defaultDelta(drawing.units);
  const by = String(accountant);
  const whole: Call = { ...call, arguments: { ...call.arguments, delta } };
  if (typeof noise === "number") {
    const spent = epsilonByAccountant(by, [{ ...drawing, noise }], delta);
    if (spent !== null && spent <= (drawing.most ?? Infinity))
      return promised(roundedUp(spent), { delta, noise, call: whole });
    if (drawing.most === undefined) return tooWide(by);
    const more = noiseFor(drawing.most, delta, by, drawing);
    return typeof more === "object"
      ? more
      : promised(drawing.most, { delta, noise: Math.max(noise, more), call: whole });
  }
  if (typeof epsilon !== "number") throw new Error("differential: neither ε nor the noise is given");
  const found = noiseFor(epsilon, delta, by, drawing);
  return typeof found === "object" ? found : promised(epsilon, { delta, noise: found, call: whole });
}

/** Above this ε, a guarantee is weak in practice. */
export const USEFUL_EPSILON_LIMIT = 10;
const promised = (epsilon: number, details: Omit<PrivacyGuarantee, "epsilon">): PrivacyGuarantee => ({
  epsilon,
  ...details,
  ...(epsilon > USEFUL_EPSILON_LIMIT && { weak: true as const }),
});

/** Rounds up to three decimals, so that the result is never below the ε spent. */
const roundedUp = (epsilon: number): number => Math.ceil(epsilon * 1000) / 1000;

/** Caches results: while the user types, the same search is requested repeatedly. */
const found = new Map<string, number | Refusal>();
const MOST_KEPT = 200;

function noiseFor(
  epsilon: number,
  delta: number,
  accountant: string,
  { rate, steps }: PrivacySampling,
): number | Refusal {
  const key = [epsilon, delta, accountant, rate, steps].join(" ");
  const known = found.get(key);
  if (known !== undefined) return known;
  const noise = searched(epsilon, delta, accountant, { rate, steps });
  if (found.size >= MOST_KEPT) found.clear();
  found.set(key, noise);
  return noise;
}

function searched(
  epsilon: number,
  delta: number,
  accountant: string,
  sampling: Pick<PrivacySampling, "rate" | "steps">,
): number | Refusal {
  const rough = leastNoiseFor(epsilon, (noise) => epsilonByRdp([{ ...sampling, noise }], delta));
  if (accountant !== "prv") return rough ?? beyondReach(accountant, delta, sampling);
  let wide = false;
  // A coarse grid is nearly exact, but proves no bound; its result is the starting point on the fine grid.
  const coarsely = (tried: number): number => epsilonByPrv([{ ...sampling, noise: tried }], delta, COARSE) ?? Infinity;
  const near = leastNoiseFor(epsilon, coarsely, rough ?? 1) ?? rough ?? 1;
  const noise = leastNoiseFor(
    epsilon,
    (tried) => {
      const spent = epsilonByAccountant(accountant, [{ ...sampling, noise: tried }], delta);
      // If this noise exceeds the grid, less noise does too.
      wide ||= spent === null && epsilonByRdp([{ ...sampling, noise: tried }], delta) <= epsilon;
      return spent ?? Infinity;
    },
    near,
    1,
  );
  return wide ? tooWide(accountant) : (noise ?? beyondReach(accountant, delta, sampling));
}
/** Number of fine grid cells per coarse cell. */
const COARSE = 8;

/** Reports the accountant's ε at the maximum noise, including its own error. */
function beyondReach(accountant: string, delta: number, sampling: Pick<PrivacySampling, "rate" | "steps">): Refusal {
  const least = epsilonByAccountant(accountant, [{ ...sampling, noise: MAX_NOISE }], delta);
  const spentText = least === null ? "more" : `ε ${least.toPrecision(2)}`;
  return {
    why: `with noise ${String(MAX_NOISE)}, the maximum, \`${accountant}\` still computes ${spentText}, including its error bound`,
    instead: "set a greater ε, or use fewer updates",
  };
}
const tooWide = (accountant: string): Refusal => ({
  why: `too many updates for \`${accountant}\` to compute in a second or two`,
  instead: "write `accountant: rdp`, which needs a little more noise, or set a smaller ε",
});
