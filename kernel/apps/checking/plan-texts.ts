/** Plans of a file's trainings and sweeps, as `tunebook plan` and editors show them. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { planShown } from "#kernel/display/plans/plan-card.js";
import { sweepPlanShown } from "#kernel/display/plans/sweep-plan.js";
import type { Costs } from "#kernel/study/costs.js";
import { reckoned } from "#kernel/study/sweep-size.js";
import { memoryHere } from "#kernel/session/answers/dataset-cache.js";
import { atOnce } from "#kernel/sweep-runs/at-once.js";
import { pricesOf } from "#kernel/sweep-runs/trial-cost.js";
import { checkTexts, type CheckOptions, type Texts } from "./checking.js";

/** By their names. */
export type SweepCosts = ReadonlyMap<string, Costs | null>;

/** What trials of each sweep cost at least and at most; `datasets`: as the texts were checked with, so that nothing is read twice. */
export async function costsIn(
  actions: readonly Action[],
  texts: Texts,
  folder: string,
  o: CheckOptions & Required<Pick<CheckOptions, "datasets">>,
): Promise<SweepCosts> {
  const found = new Map<string, Costs | null>();
  const last = texts.sources.at(-1);
  const names = (last && texts.typescript.get(last.id)) ?? [];
  for (const action of actions) {
    if (action.verb !== "sweep") continue;
    const costs = await pricesOf(action, async (source) => {
      const typescript = new Map([...texts.typescript, [source.id, names]]);
      const checked = await checkTexts({ ...texts, sources: [...texts.sources, source], typescript }, folder, o);
      return checked.diagnostics.some(({ severity }) => severity === "error") ? undefined : checked.actions;
    });
    found.set(action.name, costs);
  }
  return found;
}

/** A sweep's own, and then that of a trial before anything varies. */
export function planTexts(actions: readonly Action[], costs: SweepCosts = new Map()): readonly string[] {
  return actions
    .flatMap((action) => {
      if (action.verb === "train" || action.verb === "federate") return [planShown(action.plan)];
      if (action.verb === "compress") return action.stages.map(({ plan, start }) => planShown(plan, { from: start }));
      if (action.verb === "update") return action.stages.map(({ plan }) => planShown(plan, { from: action.start }));
      if (action.verb !== "sweep") return [];
      const { name, sweep } = action;
      const own = costs.get(name) ?? null;
      const open = atOnce(sweep, memoryHere(), own?.most.memoryBytes);
      return [sweepPlanShown({ name, sweep, open, costs: own }), planShown(sweep.plan)];
    })
    .map(({ bundle }) => String(bundle["text/plain"]));
}

/** What a program is told of a sweep, beside the plan of a trial. */
export function sweepJson(sweep: SweepPlan, costs: Costs | null = null): Readonly<Record<string, unknown>> {
  const { points, grid, ...found } = reckoned(sweep, costs);
  const told = (n: bigint | null): number | null => (n === null ? null : Number(n));
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
    points: told(points),
    grid: told(grid),
    atOnce: atOnce(sweep, memoryHere(), costs?.most.memoryBytes).trials,
  };
}
