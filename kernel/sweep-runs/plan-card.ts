/** The plan of a sweep in its cell, and the costs of its trials. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepPlanView } from "../display/plans/sweep-plan.js";
import { compileAll } from "../session/answers/host.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { estimateSweepCosts } from "./trial-cost.js";

/** Returns the costs of the cheapest and the most expensive trial. */
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

/** Shows the plan. Returns a function that collapses it once the results matter more. */
export function showPlanCard({ screen }: ExecutionContext, planned: Parameters<typeof sweepPlanView>[0]): () => void {
  const id = `sweep-${planned.name}-${Date.now().toString(36)}-plan`;
  const shown = (folded: boolean) => ({ ...sweepPlanView(planned, { folded }), id, fixedText: true as const });
  screen.display(shown(false));
  return () => screen.update(shown(true));
}
