/** What a call of `differential` promises, and what is spent of it, by the accountant that it names. */
import type { Drawn, Promised } from "#dsl/language/types/capabilities/promised.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Sampled } from "../kind.js";
import { leastNoise, MOST_NOISE } from "./least-noise.js";
import { epsilonByPrv } from "./prv.js";
import { epsilonByRdp } from "./rdp.js";

/** δ where rows are few, and where they are many it is 1 / rows^1.1: both far below one row. */
const USUAL_DELTA = 1e-5;

/** Rounded down to one digit, so that it is a number which people write. */
export function usualDelta(units: number): number {
  const most = Math.min(USUAL_DELTA, Math.max(1, units) ** -1.1);
  const scale = 10 ** Math.floor(Math.log10(most) + 1e-9);
  return Number((Math.floor(most / scale + 1e-9) * scale).toPrecision(1));
}

/** ε at δ of all that was done; null: the grid of the accountant can't hold it. */
export function epsilonBy(accountant: string, done: readonly Sampled[], delta: number): number | null {
  return accountant === "prv" ? epsilonByPrv(done, delta) : epsilonByRdp(done, delta);
}

export function promisesOf(call: Call, of: Drawn): Promised | Refusal {
  const { epsilon, noise, accountant } = call.arguments;
  const delta = typeof call.arguments["delta"] === "number" ? call.arguments["delta"] : usualDelta(of.units);
  const by = String(accountant);
  const whole: Call = { ...call, arguments: { ...call.arguments, delta } };
  if (typeof noise === "number") {
    const spent = epsilonBy(by, [{ ...of, noise }], delta);
    if (spent !== null && spent <= (of.most ?? Infinity))
      return promised(roundedUp(spent), { delta, noise, call: whole });
    if (of.most === undefined) return tooWide(by);
    const more = noiseFor(of.most, delta, by, of);
    return typeof more === "object" ? more : promised(of.most, { delta, noise: Math.max(noise, more), call: whole });
  }
  if (typeof epsilon !== "number") throw new Error("differential: neither ε nor the noise is given");
  const found = noiseFor(epsilon, delta, by, of);
  return typeof found === "object" ? found : promised(epsilon, { delta, noise: found, call: whole });
}

/** Beyond it a promise is none in practice. */
export const USEFUL = 10;
const promised = (epsilon: number, of: Omit<Promised, "epsilon">): Promised => ({
  epsilon,
  ...of,
  ...(epsilon > USEFUL && { weak: true as const }),
});

/** Above what is spent, to three digits behind the point. */
const roundedUp = (epsilon: number): number => Math.ceil(epsilon * 1000) / 1000;

/** Whoever types asks for the same again and again. */
const found = new Map<string, number | Refusal>();
const MOST_KEPT = 200;

function noiseFor(epsilon: number, delta: number, accountant: string, { rate, steps }: Drawn): number | Refusal {
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
  of: Pick<Drawn, "rate" | "steps">,
): number | Refusal {
  const rough = leastNoise(epsilon, (noise) => epsilonByRdp([{ ...of, noise }], delta));
  if (accountant !== "prv") return rough ?? beyondReach(accountant, delta, of);
  let wide = false;
  // A coarse grid is hardly wrong, though it proves less: what it finds is tried on the fine one.
  const coarsely = (tried: number): number => epsilonByPrv([{ ...of, noise: tried }], delta, COARSE) ?? Infinity;
  const near = leastNoise(epsilon, coarsely, rough ?? 1) ?? rough ?? 1;
  const noise = leastNoise(
    epsilon,
    (tried) => {
      const spent = epsilonBy(accountant, [{ ...of, noise: tried }], delta);
      // Where it can't be held, less noise can't either.
      wide ||= spent === null && epsilonByRdp([{ ...of, noise: tried }], delta) <= epsilon;
      return spent ?? Infinity;
    },
    near,
    1,
  );
  return wide ? tooWide(accountant) : (noise ?? beyondReach(accountant, delta, of));
}
/** Cells of the fine grid in one of the coarse. */
const COARSE = 8;

/** By what an accountant reckons with the greatest noise that is tried; its own error is in it. */
function beyondReach(accountant: string, delta: number, of: Pick<Drawn, "rate" | "steps">): Refusal {
  const least = epsilonBy(accountant, [{ ...of, noise: MOST_NOISE }], delta);
  const told = least === null ? "more" : `ε ${least.toPrecision(2)}`;
  return {
    why: `with noise ${String(MOST_NOISE)}, the greatest that is tried, \`${accountant}\` still reckons ${told}, what it may be wrong by included`,
    instead: "ask for a greater ε, or take fewer updates",
  };
}
const tooWide = (accountant: string): Refusal => ({
  why: `so many updates tell so much that \`${accountant}\` can't reckon it in a second or two`,
  instead: "write `accountant: rdp`, which says a little more noise, or ask for a smaller ε",
});
