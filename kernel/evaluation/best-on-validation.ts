/**
 * Chooses the model for the verdict if several are named: the one with the best score on validation. Choosing by the
 * evaluated rows would make its score too optimistic.
 */
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import { metricDirectionOf } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";
import { splitNamesOf } from "../data/prepared.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateModel, type EvaluationSettings, type MeasuredModel } from "./evaluate-once.js";
import type { ChosenModel } from "./verdict.js";

export async function bestModelOnValidation(
  session: OpenSession,
  measured: readonly MeasuredModel[],
  { action, subject }: { readonly action: Extract<Action, { verb: "evaluate" }>; readonly subject: ActionSubject },
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<ChosenModel> {
  const models = measured.flatMap(({ by, folds, evaluation }, index) =>
    by.is === "model" && !folds ? [{ index, handle: by.handle, name: evaluation.model }] : [],
  );
  const [first] = models;
  const { registry } = session.vocabulary;
  const metric = action.metrics.find((one) => metricDirectionOf(registry, one) !== "none");
  if (!first || !metric || models.length < 2 || models.length === measured.length) return { index: 0 };
  const names = listNames(models.map(({ name }) => name));
  const { prepared } = measured[first.index]!;
  if (!("data" in subject) || subject.split === "validation" || !splitNamesOf(prepared).includes("validation"))
    return { index: first.index, why: `the first of ${names}, since there are no validation rows to choose by` };
  let best: { readonly index: number; readonly value: number } | null = null;
  for (const { index, handle } of models) {
    const { measures } = await evaluateModel(
      session,
      handle,
      { ...subject, split: "validation" },
      { ...how, metrics: [metric] },
      context,
    );
    const [firstMeasure] = measures;
    const value = firstMeasure
      ? firstMeasure.better === "greater"
        ? firstMeasure.value
        : -firstMeasure.value
      : Number.NaN;
    if (!Number.isNaN(value) && (!best || value > best.value)) best = { index, value };
  }
  const by = metricName(metric, registry);
  return best
    ? { index: best.index, why: `the best of ${names} by ${by} on validation` }
    : { index: first.index, why: `the first of ${names}` };
}
