/**
 * Chooses the model that the verdict is about, if several are named: the one with the best score on validation. Choosing it by the
 * scored rows would make its score too good.
 */
import type { Action, Subject } from "#dsl/compiler/plan/action.js";
import { directionOf } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { listed } from "#dsl/language/diagnostics/listed.js";
import { splitNamesOf } from "../data/prepared.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { evaluateOnce, type How, type Measured } from "./evaluate-once.js";
import type { About } from "./verdict.js";

export async function verdictAbout(
  session: OpenSession,
  measured: readonly Measured[],
  { action, subject }: { readonly action: Extract<Action, { verb: "evaluate" }>; readonly subject: Subject },
  how: How,
  stage: Stage,
): Promise<About> {
  const models = measured.flatMap(({ by, folds, evaluation }, index) =>
    by.is === "model" && !folds ? [{ index, handle: by.handle, name: evaluation.model }] : [],
  );
  const [first] = models;
  const { registry } = session.vocabulary;
  const metric = action.metrics.find((one) => directionOf(registry, one) !== "none");
  if (!first || !metric || models.length < 2 || models.length === measured.length) return { index: 0 };
  const names = listed(models.map(({ name }) => name));
  const { prepared } = measured[first.index]!;
  if (!("data" in subject) || subject.split === "validation" || !splitNamesOf(prepared).includes("validation"))
    return { index: first.index, why: `the first of ${names}, since no rows of validation tell which is best` };
  let best: { readonly index: number; readonly value: number } | null = null;
  for (const { index, handle } of models) {
    const { measures } = await evaluateOnce(
      session,
      handle,
      { ...subject, split: "validation" },
      { ...how, metrics: [metric] },
      stage,
    );
    const [own] = measures;
    const value = own ? (own.better === "greater" ? own.value : -own.value) : Number.NaN;
    if (!Number.isNaN(value) && (!best || value > best.value)) best = { index, value };
  }
  const by = metricName(metric, registry);
  return best
    ? { index: best.index, why: `the best of ${names} by ${by} on validation` }
    : { index: first.index, why: `the first of ${names}` };
}
