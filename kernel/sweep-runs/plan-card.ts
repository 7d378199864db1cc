/** The plan of a sweep in its cell: where its trials train, how many at once, and what they cost. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { sweepPlanView } from "../display/plans/sweep-plan.js";
import { compileAll } from "../session/answers/host.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { estimateSweepCosts } from "./trial-cost.js";
import type { WorkerCapacity } from "#stdlib/runners/kind.js";
import { availableMemoryBytes } from "../session/answers/machine.js";
import type { OwnClusterAccess } from "../remote/coordinator/work-methods.js";
import { trialConcurrencyOf, type TrialConcurrency } from "./trial-concurrency.js";
import { workerCapacityOf } from "./sweep-trainer.js";
import type { CostRange } from "../study/costs.js";

/** Returns the costs of the cheapest and the most expensive trial. */
function trialCosts(
  session: OpenSession,
  planned: { readonly name: string; readonly sweep: SweepPlan },
  context: ExecutionContext,
): Promise<CostRange | null> {
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

interface SweepOutlook {
  /** Capacity of the runner's workers; null for this machine. */
  readonly where: WorkerCapacity | null;
  readonly open: TrialConcurrency;
  readonly costs: CostRange | null;
}

/**
 * Returns where a sweep's trials train, how many at once, and their costs unless `costed` is false. Throws the coded
 * errors of clusters.
 */
export async function sweepOutlook(
  session: OpenSession,
  { name, sweep, costed = true }: { readonly name: string; readonly sweep: SweepPlan; readonly costed?: boolean },
  context: ExecutionContext,
  inside?: OwnClusterAccess,
): Promise<SweepOutlook> {
  const costs = costed ? await trialCosts(session, { name, sweep }, context) : null;
  const where = await workerCapacityOf(sweep, inside);
  const open = trialConcurrencyOf(sweep, availableMemoryBytes(), costs?.most.memoryBytes, where?.room ?? null);
  return { where, open, costs };
}
