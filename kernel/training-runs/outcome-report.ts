/** What a training shows besides its curves: its first rows, warnings about its final weights, its fit and changed predictions. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { keepsBestWeights, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName, metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { predictionChangesView } from "../display/prediction-changes.js";
import { comparePredictions } from "../models/prediction-changes.js";
import type { Warn, ExecutionContext } from "../session/execution-context.js";
import { fitVerdictView } from "../display/fitting.js";
import { lossCurvesFromEvents, assessFit } from "../host/fitting.js";
import { lossMaskView } from "../display/data/mask.js";
import type { FinalCheckpoint } from "../models/kept-checkpoint.js";
import { hasLossMask, firstRowsWithLossMask, lossMaskTitleOf } from "../data/encoding/masked-rows.js";
import type { RunEvent } from "../events/events.js";
import { nanValidationCount } from "../training/loop/validation.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { RunResult, TrainRequest } from "./request.js";

/** Reports over- or underfitting if the curves show it; a training that stopped early already says so itself. */
export function reportOverOrUnderfitting(
  { plan, events, checkpoint }: Pick<TrainedWeights, "plan" | "events" | "checkpoint">,
  context: ExecutionContext,
  model?: string,
): void {
  if (events.findLast((event) => event.kind === "stopped")?.reason === "early") return;
  const ofAnswers = (name: string): boolean => {
    const metric = metricCapabilities(name, registry);
    return metric !== undefined && !metric.ofLoss && metric.better === "greater";
  };
  const curves = lossCurvesFromEvents(events, ofAnswers);
  const fit = assessFit(curves, plan.estimates.validating?.rows ?? 0);
  const takes = registry.find("task", plan.recipe.model.task.word)?.parameters ?? [];
  const smooths = takes.some(({ name }) => name === "label_smoothing");
  if (fit)
    context.screen.display(
      fitVerdictView(fit, {
        plan,
        smooths,
        steps: curves.steps,
        keptStep: checkpoint.position.step,
        ...(model !== undefined && { model }),
      }),
    );
}

/** Warns if the weights are not the ones that the recipe requests, or if no metric shows that they are the best. */
export function warnOfFinalWeights(
  { checkpoint, damaged }: FinalCheckpoint,
  plan: Plan,
  { trained }: RunResult,
  warn: Warn,
): void {
  if (damaged) warn("best-not-kept", { ...damaged, kept: checkpoint.position.step });
  const { training } = plan.recipe;
  const none = nanValidationCount(trained.last.position);
  if (none === 0) return;
  warn("kept-unmeasured", {
    metric: metricName(watchedMetric(registry, training), registry),
    none,
    of: trained.last.position.watched.length,
    kept: checkpoint.position.step,
    keeps: keepsBestWeights(training),
  });
}

export async function reportPredictionChanges(
  model: string,
  { before, events }: RunResult,
  context: ExecutionContext,
): Promise<void> {
  if (!before) return;
  const { asking, answers } = before;
  const changes = comparePredictions(asking, answers, await asking.ask(context.signal));
  context.screen.display(predictionChangesView({ model, ...changes, moved: movedIn(events) }));
}

/** Returns a metric of the predictions that changed between validations; null if there is none. */
function movedIn(
  events: readonly RunEvent[],
): { readonly metric: string; readonly from: number; readonly to: number } | null {
  const validations = events.flatMap((event) => (event.kind === "evaluated" ? [event.metrics] : []));
  const [first = {}, last = first] = [validations[0], validations.at(-1)];
  for (const [metric, from] of Object.entries(first)) {
    const to = last[metric];
    if (!metricCapabilities(metric, registry)?.ofLoss && to !== undefined && to !== from && Number.isFinite(to - from))
      return { metric, from, to };
  }
  return null;
}

/** Shows which tokens of the first rows are trained, if not all of them are. */
export function maskPreviewer(model: string, context: ExecutionContext): NonNullable<TrainRequest["preview"]> {
  return async (rows, { task: { implementation }, tokenizer }, seed) => {
    if (!hasLossMask(implementation)) return;
    const shown = await firstRowsWithLossMask(rows, implementation, { tokenizer, most: 2, seed });
    context.screen.display(
      lossMaskView(shown, {
        model,
        most: 240,
        what: lossMaskTitleOf(implementation),
      }),
    );
  };
}
