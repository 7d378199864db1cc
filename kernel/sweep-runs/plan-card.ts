/** The plan of a sweep as its cell shows it, and what its trials cost. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepPlanView } from "../display/plans/sweep-plan.js";
import { compileAll } from "../session/answers/host.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { estimateSweepCosts } from "./trial-cost.js";

/** What its trials cost at least and at most. */
export function trialCosts(
  session: OpenSession,
  planned: { readonly name: string; readonly sweep: SweepPlan },
  context: ExecutionContext,
) {
  return estimateSweepCosts(planned, async (source) => {
    const { actions } = await compileAll([...context.sources, source], {
      hostContext: context.hostContext,
      datasets: session.datasets,
      registry: session.vocabulary.registry,
      earlierCells: session.earlierCells,
      trained: session.models.trained(),
    });
    return actions;
  });
}

/** Shows the plan; what is returned folds it, once what came of it matters more. */
export function showPlanCard({ screen }: ExecutionContext, planned: Parameters<typeof sweepPlanView>[0]): () => void {
  const id = `sweep-${planned.name}-${Date.now().toString(36)}-plan`;
  const shown = (folded: boolean) => ({ ...sweepPlanView(planned, { folded }), id, fixedText: true as const });
  screen.display(shown(false));
  return () => screen.update(shown(true));
}
