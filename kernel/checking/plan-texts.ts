/** Plans of a file's trainings and sweeps, as `tunebook plan` and editors show them. */
import type { Action, SweepPlan } from "#dsl/plan/plan.js";
import { planShown } from "#kernel/core/display/plans/plan-card.js";
import { sweepPlanShown } from "#kernel/core/display/plans/sweep-plan.js";
import { reckoned } from "#kernel/core/sweep/reckoned.js";
import { memoryHere } from "#kernel/session/answers/dataset-cache.js";
import { atOnce } from "#kernel/session/sweeps/at-once.js";

/** A sweep's own, and then that of a trial before anything varies. */
export function planTexts(actions: readonly Action[]): readonly string[] {
  return actions
    .flatMap((action) => {
      if (action.verb === "train") return [planShown(action.plan)];
      if (action.verb !== "sweep") return [];
      const { name, sweep } = action;
      return [sweepPlanShown({ name, sweep, open: atOnce(sweep, memoryHere()) }), planShown(sweep.plan)];
    })
    .map(({ bundle }) => String(bundle["text/plain"]));
}

/** What a program is told of a sweep, beside the plan of a trial. */
export function sweepJson(sweep: SweepPlan): Readonly<Record<string, unknown>> {
  const { points, grid, ...found } = reckoned(sweep);
  const told = (n: bigint | null): number | null => (n === null ? null : Number(n));
  const { vary, search, pruner, goals, trials, budgetMs, budgetTokens = null, repeats = 1, start = [] } = sweep;
  return {
    ...{ vary, search, pruner, goals, trials, budgetMs, budgetTokens, repeats, start },
    ...{ ...found, points: told(points), grid: told(grid), atOnce: atOnce(sweep, memoryHere()).trials },
  };
}
