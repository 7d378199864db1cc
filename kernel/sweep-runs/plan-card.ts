/** The plan of a sweep as its cell shows it, and what its trials cost. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepPlanShown } from "../display/plans/sweep-plan.js";
import { compileAll } from "../session/answers/host.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { pricesOf } from "./trial-cost.js";

/** What its trials cost at least and at most. */
export function trialCosts(
  session: OpenSession,
  of: { readonly name: string; readonly sweep: SweepPlan },
  stage: Stage,
) {
  return pricesOf(of, async (source) => {
    const { actions } = await compileAll([...stage.sources, source], {
      hostContext: stage.hostContext,
      datasets: session.datasets,
      registry: session.vocabulary.registry,
      kept: session.kept,
      trained: session.models.trained(),
    });
    return actions;
  });
}

/** Shows the plan; what is returned folds it, once what came of it matters more. */
export function planCard({ screen }: Stage, of: Parameters<typeof sweepPlanShown>[0]): () => void {
  const id = `sweep-${of.name}-${Date.now().toString(36)}-plan`;
  const shown = (folded: boolean) => ({ ...sweepPlanShown(of, { folded }), id, fixedText: true as const });
  screen.display(shown(false));
  return () => screen.update(shown(true));
}
