/**
 * Size of a sweep from its plan, before it runs: number of points, maximum number of trials, and their estimated
 * duration.
 */
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { allCombinations } from "#stdlib/searches/shared/combinations.js";
import { gridCombinations } from "#stdlib/searches/shared/grid.js";
import { registry } from "#stdlib/registry.js";
import type { CostRange } from "./costs.js";
import { dimensionsOf } from "./points.js";

export interface SweepSize {
  readonly dimensions: number;
  /** Points of the space, including those that `where` forbids; null if it is infinite. */
  readonly points: bigint | null;
  /** Points that the search visits before it ends by itself; null if it does not end by itself. */
  readonly grid: bigint | null;
  /**
   * Maximum number of trials, at most the number of points, since none is tried twice. Null if only time or tokens
   * limit them.
   */
  readonly most: number | null;
  /**
   * Estimate of one trial with all its seeds, at the definitions' values; `seconds` is null if this machine was not
   * measured.
   */
  readonly trial: TrialEstimate;
  /** Estimates of the cheapest and the most expensive trial; null if they cost the same or were not computed. */
  readonly ends: { readonly least: TrialEstimate; readonly most: TrialEstimate } | null;
  /** Estimated number of trials that start within the budget, with its range; null without a budget or an estimate. */
  readonly inBudget: Between | null;
  readonly inTokens: number | null;
}
export type TrialEstimate = Pick<Estimates, "seconds" | "secondsBetween"> & { readonly tokens: number };
interface Between {
  readonly about: number;
  readonly between: readonly [least: number, most: number];
}

/** @param costs estimates of the cheapest and the most expensive trial, if they were computed */
export function sweepSizeOf(sweep: SweepPlan, costs: CostRange | null = null): SweepSize {
  const { plan, repeats = 1, budgetTokens, vary, search } = sweep;
  const dimensions = dimensionsOf(vary);
  const has = registry.find("search", search.word)?.capabilities;
  const walked = has?.isExhaustive ? gridCombinations(dimensions, has.pointsOfRange?.(search) ?? null) : null;
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

/** A difference of less than a tenth is negligible compared with the error of the estimates. */
function endsOf({ least, most }: CostRange, repeats: number): SweepSize["ends"] {
  const alike = (a: number, b: number): boolean => Math.max(a, b) <= 1.1 * Math.min(a, b);
  const [a, b] = [trialOf(least, repeats), trialOf(most, repeats)];
  return alike(a.seconds ?? least.flops, b.seconds ?? most.flops) ? null : { least: a, most: b };
}

/** A trial that started within the budget is trained to its end. */
function within(budget: number, trial: TrialEstimate, ends: SweepSize["ends"]): Between | null {
  const { seconds, secondsBetween } = typical(trial, ends);
  if (seconds === null || seconds <= 0) return null;
  const begun = (each: number): number => Math.max(1, Math.ceil(budget / Math.max(each, 1e-3)));
  const [least, most] = secondsBetween ?? [seconds, seconds];
  return { about: begun(seconds), between: [begun(most), begun(least)] };
}

/**
 * Estimates a typical trial: the one with the definitions' values if it is between the ends, else their geometric mean.
 */
function typical(trial: TrialEstimate, ends: SweepSize["ends"]): TrialEstimate {
  const [least, most] = [ends?.least.seconds ?? null, ends?.most.seconds ?? null];
  if (!ends || least === null || most === null || trial.seconds === null) return trial;
  const seconds = trial.seconds >= least && trial.seconds <= most ? trial.seconds : Math.sqrt(least * most);
  const between = [ends.least.secondsBetween?.[0] ?? least, ends.most.secondsBetween?.[1] ?? most] as const;
  return { ...trial, seconds, secondsBetween: between };
}
