/** Plans of a file's trainings and sweeps, as `tunebook plan` and editors show them. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { sweepPlanView } from "#kernel/display/plans/sweep-plan.js";
import type { CostRange } from "#kernel/study/costs.js";
import { sweepSizeOf } from "#kernel/study/sweep-size.js";
import { availableMemoryBytes } from "#kernel/session/answers/machine.js";
import { trialConcurrencyOf } from "#kernel/sweep-runs/trial-concurrency.js";
import { estimateSweepCosts } from "#kernel/sweep-runs/trial-cost.js";
import { checkTuneSources, type CheckOptions, type ProgramSources } from "./checking.js";

/** Costs by sweep name. */
export type SweepCosts = ReadonlyMap<string, CostRange | null>;

/**
 * Estimates the least and greatest cost of each sweep's trials. `datasets`: the cache used to check the texts, so that
 * nothing is read twice.
 */
export async function costsOfSweeps(
  actions: readonly Action[],
  texts: ProgramSources,
  folder: string,
  options: CheckOptions & Required<Pick<CheckOptions, "datasets">>,
): Promise<SweepCosts> {
  const found = new Map<string, CostRange | null>();
  const last = texts.sources.at(-1);
  const names = (last && texts.typescript.get(last.id)) ?? [];
  for (const action of actions) {
    if (action.verb !== "sweep") continue;
    const costs = await estimateSweepCosts(action, async (source) => {
      const typescript = new Map([...texts.typescript, [source.id, names]]);
      const checked = await checkTuneSources(
        { ...texts, sources: [...texts.sources, source], typescript },
        folder,
        options,
      );
      return checked.diagnostics.some(({ severity }) => severity === "error") ? undefined : checked.actions;
    });
    found.set(action.name, costs);
  }
  return found;
}

/** Plan views as text; for a sweep its own, then that of a trial with no variation applied. */
export function planTexts(actions: readonly Action[], costs: SweepCosts = new Map()): readonly string[] {
  return actions
    .flatMap((action) => {
      if (action.verb === "train" || action.verb === "federate") return [planCardView(action.plan)];
      if (action.verb === "compress")
        return action.stages.map(({ plan, start }) => planCardView(plan, { from: start }));
      if (action.verb === "update") return action.stages.map(({ plan }) => planCardView(plan, { from: action.start }));
      if (action.verb !== "sweep") return [];
      const { name, sweep } = action;
      const sweepCosts = costs.get(name) ?? null;
      const open = trialConcurrencyOf(sweep, availableMemoryBytes(), sweepCosts?.most.memoryBytes);
      return [sweepPlanView({ name, sweep, open, costs: sweepCosts }), planCardView(sweep.plan)];
    })
    .map(({ bundle }) => String(bundle["text/plain"]));
}

/** JSON of a sweep for programs, in addition to the plan of a trial. */
export function sweepJson(sweep: SweepPlan, costs: CostRange | null = null): Readonly<Record<string, unknown>> {
  const { points, grid, ...found } = sweepSizeOf(sweep, costs);
  const jsonNumber = (n: bigint | null): number | null => (n === null ? null : Number(n));
  const { vary, search, pruner, goals, trials, budgetMs, budgetTokens = null, repeats = 1, start = [] } = sweep;
  return {
    vary,
    search,
    pruner,
    goals,
    trials,
    budgetMs,
    budgetTokens,
    repeats,
    start,
    ...found,
    points: jsonNumber(points),
    grid: jsonNumber(grid),
    atOnce: trialConcurrencyOf(sweep, availableMemoryBytes(), costs?.most.memoryBytes).trials,
  };
}
