/**
 * Costs of the cheapest and the most expensive trial of a sweep, from compiled programs with settings at the ends of
 * their spaces.
 */
import { isNestedCall, isSearchSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import type { SettingSearchSpace, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";
import { settingTextsAtPoint } from "./points.js";

export interface CostRange {
  readonly least: Estimates;
  readonly most: Estimates;
}
type Values = Readonly<Record<string, string>>;
/** Returns the estimate for the trial with these values; null if it cannot be planned. */
export type TrialEstimator = (values: Values) => Promise<Estimates | null>;

/** Maximum number of compiled programs, without the final two, so that the plan appears quickly. */
const MOST = 24;

/**
 * First moves each setting to its ends alone, then all together to their cheapest and to their most expensive ends.
 * Returns null if nothing could be planned.
 */
export async function sweepCostRange(
  { vary, plan }: Pick<SweepPlan, "vary" | "plan">,
  priced: TrialEstimator,
): Promise<CostRange | null> {
  const tried = Object.entries(vary).flatMap(([path, space]) => spaceEnds(path, space).map((text) => ({ path, text })));
  const [low, high]: [Record<string, string>, Record<string, string>] = [{}, {}];
  const all: Estimates[] = [];
  const costs = new Map<string, { readonly low: number; readonly high: number }>();
  for (const { path, text } of tried.slice(0, MOST)) {
    const found = await priced({ [path]: text });
    if (!found) continue;
    all.push(found);
    const cost = costOf(found);
    const has = costs.get(path);
    if (!has || cost < has.low) low[path] = text;
    if (!has || cost > has.high) high[path] = text;
    costs.set(path, { low: Math.min(cost, has?.low ?? cost), high: Math.max(cost, has?.high ?? cost) });
  }
  const changing = [...costs].filter(([, one]) => one.low !== one.high).map(([path]) => path);
  if (all.length === 0) return null;
  const only = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([path]) => changing.includes(path)));
  // If only one setting changes the cost, its own ends are enough.
  const together = changing.length > 1 ? [only(low), only(high)] : [];
  const ends = await Promise.all(together.map(priced));
  const sorted = [...all, ...ends.filter((one) => one !== null)].sort((a, b) => costOf(a) - costOf(b));
  return { least: sorted[0] ?? plan.estimates, most: sorted.at(-1) ?? plan.estimates };
}

/** Returns the estimated seconds if the machine was measured, else the FLOPs. */
function costOf({ seconds, flops, validating }: Estimates): number {
  return seconds ?? flops + (validating?.flops ?? 0);
}

/**
 * Returns the values at the ends of a space as Tune text: of a choice every option, also with its inner spaces at their
 * ends.
 */
export function spaceEnds(path: string, space: SettingSearchSpace): readonly string[] {
  const texts = pointsOf(path, space).map((point) => settingTextsAtPoint({ [path]: space }, point)[path] ?? "");
  return [...new Set(texts)];
}

function pointsOf(name: string, space: SettingSearchSpace): readonly SearchPoint[] {
  if (space.space !== "choice") return [space.from, space.to].map((end) => ({ [name]: end }));
  const numbers = space.of.every((option) => typeof option === "number");
  const ends = numbers ? [Math.min(...space.of), Math.max(...space.of)] : null;
  return space.of.flatMap((option, i): readonly SearchPoint[] => {
    if (ends && !ends.includes(Number(option))) return [];
    const taken = { [name]: i };
    if (isSearchSpace(option)) return pointsOf(`${name}/${String(i)}`, option).map((inner) => ({ ...taken, ...inner }));
    if (!isNestedCall(option)) return [taken];
    // Takes all inner spaces at their start, then all at their end: cost grows with ranks and widths.
    const inner = Object.entries(option.spaces).map(([k, one]) => pointsOf(`${name}/${String(i)}.${k}`, one));
    return [0, -1].map((end) => Object.assign({ ...taken }, ...inner.map((some) => some.at(end) ?? {})) as SearchPoint);
  });
}
