/** What a sweep comes to before it runs, by its plan: points that there are, trials at most, and what they may take. */
import type { Estimates, SweepPlan } from "#dsl/plan/plan.js";
import { allCombinations } from "#stdlib/lib/search/combinations.js";
import { gridOf } from "#stdlib/lib/search/grid.js";
import { registry } from "#stdlib/registry.js";
import { dimensionsOf } from "./points.js";

export interface Reckoned {
  readonly dimensions: number;
  /** Points of the space, those that `where` forbids among them; null: there is no end of them. */
  readonly points: bigint | null;
  /** Points that the search goes through before it ends by itself; null: it doesn't. */
  readonly grid: bigint | null;
  /** No more than there are points: none is tried twice. Null: budget or tokens alone are the limit. */
  readonly most: number | null;
  /** Of one trial, with all of its seeds; `seconds` null: this machine was not measured. */
  readonly trial: Pick<Estimates, "seconds" | "secondsBetween"> & { readonly tokens: number };
  /** Trials that begin within the budget, by what one takes, and between which numbers that lies; null: no budget, or nobody knows. */
  readonly inBudget: Between | null;
  readonly inTokens: number | null;
}
interface Between {
  readonly about: number;
  readonly between: readonly [least: number, most: number];
}

export function reckoned(sweep: SweepPlan): Reckoned {
  const { plan, repeats = 1, budgetTokens, vary, search } = sweep;
  const { seconds, secondsBetween, tokens } = plan.estimates;
  const dimensions = dimensionsOf(vary);
  const has = registry.find("search", search.word)?.capabilities;
  const walked = has?.ends ? gridOf(dimensions, has.points?.(search) ?? null) : null;
  const grid = walked && "count" in walked ? walked.count : null;
  const points = allCombinations(dimensions)?.count ?? null;
  const countable = [grid, points].flatMap((one) => (one === null ? [] : Number(one)));
  const bounds = [...(sweep.trials === null ? [] : [sweep.trials]), ...countable];
  const trial = {
    seconds: seconds === null ? null : seconds * repeats,
    ...(secondsBetween && { secondsBetween: [secondsBetween[0] * repeats, secondsBetween[1] * repeats] as const }),
    tokens: tokens * repeats,
  };
  return {
    ...{ dimensions: dimensions.length, points, grid, trial },
    most: bounds.length === 0 ? null : Math.min(...bounds),
    inBudget: sweep.budgetMs === null ? null : within(sweep.budgetMs / 1000, trial),
    inTokens: budgetTokens === undefined || trial.tokens <= 0 ? null : Math.ceil(budgetTokens / trial.tokens),
  };
}

/** One that began before the budget was over is trained to its end. */
function within(budget: number, { seconds, secondsBetween }: Reckoned["trial"]): Between | null {
  if (seconds === null || seconds <= 0) return null;
  const begun = (each: number): number => Math.max(1, Math.ceil(budget / Math.max(each, 1e-3)));
  const [least, most] = secondsBetween ?? [seconds, seconds];
  return { about: begun(seconds), between: [begun(most), begun(least)] };
}
