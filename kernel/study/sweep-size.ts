/** What a sweep comes to before it runs, by its plan: points that there are, trials at most, and what they may take. */
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { allCombinations } from "#stdlib/searches/shared/combinations.js";
import { gridCombinations } from "#stdlib/searches/shared/grid.js";
import { registry } from "#stdlib/registry.js";
import type { Costs } from "./costs.js";
import { dimensionsOf } from "./points.js";

export interface SweepSize {
  readonly dimensions: number;
  /** Points of the space, those that `where` forbids among them; null: there is no end of them. */
  readonly points: bigint | null;
  /** Points that the search goes through before it ends by itself; null: it doesn't. */
  readonly grid: bigint | null;
  /** No more than there are points: none is tried twice. Null: budget or tokens alone are the limit. */
  readonly most: number | null;
  /** Of one trial, with all of its seeds, before anything varies; `seconds` null: this machine was not measured. */
  readonly trial: TrialEstimate;
  /** Of the cheapest trial and the dearest; null: they cost alike, or nobody looked. */
  readonly ends: { readonly least: TrialEstimate; readonly most: TrialEstimate } | null;
  /** Trials that begin within the budget, by what one takes, and between which numbers that lies; null: no budget, or nobody knows. */
  readonly inBudget: Between | null;
  readonly inTokens: number | null;
}
export type TrialEstimate = Pick<Estimates, "seconds" | "secondsBetween"> & { readonly tokens: number };
interface Between {
  readonly about: number;
  readonly between: readonly [least: number, most: number];
}

/** `costs`: of the cheapest trial and of the dearest, where somebody looked. */
export function sweepSizeOf(sweep: SweepPlan, costs: Costs | null = null): SweepSize {
  const { plan, repeats = 1, budgetTokens, vary, search } = sweep;
  const dimensions = dimensionsOf(vary);
  const has = registry.find("search", search.word)?.capabilities;
  const walked = has?.ends ? gridCombinations(dimensions, has.points?.(search) ?? null) : null;
  const grid = walked && "count" in walked ? walked.count : null;
  const points = allCombinations(dimensions)?.count ?? null;
  const countable = [grid, points].flatMap((one) => (one === null ? [] : Number(one)));
  const bounds = [...(sweep.trials === null ? [] : [sweep.trials]), ...countable];
  const trial = trialOf(plan.estimates, repeats);
  const ends = costs && endsOf(costs, repeats);
  return {
    dimensions: dimensions.length,
    points,
    grid,
    trial,
    ends,
    most: bounds.length === 0 ? null : Math.min(...bounds),
    inBudget: sweep.budgetMs === null ? null : within(sweep.budgetMs / 1000, trial, ends),
    inTokens: budgetTokens === undefined || trial.tokens <= 0 ? null : Math.ceil(budgetTokens / trial.tokens),
  };
}

function trialOf({ seconds, secondsBetween, tokens }: Estimates, repeats: number): TrialEstimate {
  return {
    seconds: seconds === null ? null : seconds * repeats,
    ...(secondsBetween && { secondsBetween: [secondsBetween[0] * repeats, secondsBetween[1] * repeats] as const }),
    tokens: tokens * repeats,
  };
}

/** Less than a tenth between them is nothing beside what estimates miss. */
function endsOf({ least, most }: Costs, repeats: number): SweepSize["ends"] {
  const alike = (a: number, b: number): boolean => Math.max(a, b) <= 1.1 * Math.min(a, b);
  const [a, b] = [trialOf(least, repeats), trialOf(most, repeats)];
  return alike(a.seconds ?? least.flops, b.seconds ?? most.flops) ? null : { least: a, most: b };
}

/** One that began before the budget was over is trained to its end. */
function within(budget: number, trial: TrialEstimate, ends: SweepSize["ends"]): Between | null {
  const { seconds, secondsBetween } = typical(trial, ends);
  if (seconds === null || seconds <= 0) return null;
  const begun = (each: number): number => Math.max(1, Math.ceil(budget / Math.max(each, 1e-3)));
  const [least, most] = secondsBetween ?? [seconds, seconds];
  return { about: begun(seconds), between: [begun(most), begun(least)] };
}

/** What one takes of which nothing is known: as it is defined, if that lies between the ends, else midway by factors. */
function typical(trial: TrialEstimate, ends: SweepSize["ends"]): TrialEstimate {
  const [least, most] = [ends?.least.seconds ?? null, ends?.most.seconds ?? null];
  if (!ends || least === null || most === null || trial.seconds === null) return trial;
  const seconds = trial.seconds >= least && trial.seconds <= most ? trial.seconds : Math.sqrt(least * most);
  const between = [ends.least.secondsBetween?.[0] ?? least, ends.most.secondsBetween?.[1] ?? most] as const;
  return { ...trial, seconds, secondsBetween: between };
}
