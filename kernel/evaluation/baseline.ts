/**
 * Evaluates the baselines of a model on the same rows: a baseline's own predictions, or those of a base before its
 * training.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Baseline, ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf, type Call } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { BaselineTuning } from "#stdlib/contenders/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { splitNamesOf } from "../data/prepared.js";
import { encodeSplit, type EncodedRows, type RowEncodingOptions } from "../data/encoding/encoded.js";
import { hasTunebookOnlyHead, haveSameLabels } from "../bases/programs.js";
import { loadImplementation } from "../host/load-implementation.js";
import { calibrationText } from "../inference/fitted-calibration.js";
import { measureMetric } from "../inference/measuring/measure-metric.js";
import { scoreOutputs, type SplitOutputs } from "../inference/score-split.js";
import { modelPlanOf } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import {
  baselineCapabilitiesOf,
  baselineRows,
  predictPartWithBaseline,
  type BaselineContext,
  type BaselineEntry,
  type BaselinePredictions,
  type PreparedBaseline,
} from "./baseline-predictions.js";
import { calibrationDataOf, metricWithDecisionAverage } from "./calibrate.js";
import { evaluateModel, measurePredictions, type EvaluationSettings, type MeasuredModel } from "./evaluate-once.js";
import { type EvaluatedSplitRows, sumCosts } from "../inference/evaluations/evaluation.js";

type BaseOf = Extract<Baseline, { readonly baseOf: unknown }>;

export async function evaluateBaseline(
  session: OpenSession,
  { name, contender, beside, warn }: BaselineEntry,
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  const call = "call" in contender ? contender.call : await probeOf(session, contender, beside, context);
  if ("baseOf" in contender && !call) return evaluateBase(session, name, contender.baseOf, subject, how, context);
  const asks = { ...mustExist(call, "a contender's call"), kind: "contender" } as const;
  const implementation = await loadImplementation(asks, "contender");
  const parts = beside.partsAsked ?? [beside];
  const predictedParts: BaselinePredictions[] = [];
  const has = baselineCapabilitiesOf(session, asks);
  const standing = { name, contender, beside, warn, call: asks, implementation };
  // One per part, as each caches its choice.
  const choosing = parts.map((part) => (has.trainsOnData(asks) ? tuningOf(session, part, beside.encoding, how) : null));
  for (const [i, part] of parts.entries())
    predictedParts.push(
      await predictPartWithBaseline(session, { ...standing, choosing: choosing[i] ?? null }, part, how, context),
    );
  const fitted = await thresholdsFor(session, { ...standing, choosing: choosing[0] ?? null }, how, context);
  const costs = predictedParts.map(({ cost }) => cost);
  const trained = costs.flatMap(({ training }) => training ?? []);
  const cost = {
    ...sumCosts(costs),
    training: trained.length === 0 ? null : trained.reduce((sum, seconds) => sum + seconds, 0),
  };
  const notes = [
    ...new Set(predictedParts.flatMap((one) => one.notes)),
    ...(fitted ? [`${calibrationText(fitted)}, fitted to validation by f1`] : []),
  ];
  const { prepared, split, encoding, rows, evaluation } = beside;
  const constant = has.isConstant?.(asks) === true;
  const by = { is: "contender", constant, learns: has.trainsOnData(asks), notes } as const;
  return measurePredictions(
    session,
    { by, cost, name, prepared, split, encoding, rows, on: evaluation.on, parts: predictedParts, fitted },
    how,
  );
}

/** Evaluates the base of a model, with the base's own head or by generation. */
async function evaluateBase(
  session: OpenSession,
  name: string,
  model: string,
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  const handle = session.models.unnamed(modelPlanOf(session.models.get(model)), name);
  const measured = await evaluateModel(session, handle, subject, how, context);
  return { ...measured, by: { is: "contender", constant: false, learns: false, notes: [] } };
}

/** Returns the call of a probe for a base without a head for the model's labels; null if the base has one. */
async function probeOf(
  session: OpenSession,
  { baseOf, probe }: BaseOf,
  { encoding: { labels } }: BaselineContext,
  { hostContext }: ExecutionContext,
): Promise<Call | null> {
  if (!probe) return null;
  const plan = modelPlanOf(session.models.get(baseOf));
  if (plan.trained || hasTunebookOnlyHead(plan)) return probe;
  const { facts } = await session.datasets.base(dataReadingSettingsOf(plan), hostContext);
  const headLabels = facts.heads?.[plan.task.word];
  return headLabels && haveSameLabels(headLabels, labels) ? null : probe;
}

/** The baseline's thresholds; null if the model has none, or there is no validation split. */
async function thresholdsFor(
  session: OpenSession,
  standing: PreparedBaseline,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<FittedCalibration | null> {
  const { by, prepared, split, encoding } = standing.beside;
  // A baseline that learns nothing (a prompt) is slow to run again, and thresholds do not improve its probabilities.
  if (!baselineCapabilitiesOf(session, standing.call).trainsOnData(standing.call)) return null;
  if (by.is !== "model" || !by.handle.fitted?.thresholds) return null;
  if (split === "validation" || !splitNamesOf(prepared).includes("validation")) return null;
  const rows = await encodeSplit(prepared, { data: prepared.name, split: "validation" }, encoding);
  // Predictions are not timed in this call.
  const untimed = { ...how, metrics: [] };
  const { outputs } = await predictPartWithBaseline(
    session,
    standing,
    { prepared, split: "validation", rows },
    untimed,
    context,
  );
  return contenderThresholds(outputs, rows, encoding.labels);
}

/**
 * The rows and the metric by which a baseline chooses its settings. Null if no metric reads predictions per row (only
 * times, costs or generated texts are measured).
 */
function tuningOf(
  session: OpenSession,
  { prepared, split }: EvaluatedSplitRows,
  encoding: RowEncodingOptions,
  how: EvaluationSettings,
): BaselineTuning | null {
  const { registry } = session.vocabulary;
  const call = how.metrics.find((one) => {
    const { outcomes: measuredKinds = [], better = "none" } = registry.find("metric", one.word)?.capabilities ?? {};
    return (
      better !== "none" &&
      !measuredKinds.includes("time") &&
      !measuredKinds.includes("cost") &&
      !measuredKinds.includes("written")
    );
  });
  const has = splitNamesOf(prepared);
  // Settings are never chosen on the evaluated rows.
  const from = has.includes("validation") && split !== "validation" ? "validation" : "train";
  if (!call || !has.includes(from) || !encoding.task.implementation.answers?.score) return null;
  const rows = baselineRows({ prepared, split: from });
  let encoded: Promise<EncodedRows> | null = null;
  return {
    from,
    rows,
    metric: metricName(call, registry),
    async score(outputs) {
      encoded ??= encodeSplit(prepared, { data: prepared.name, split: from }, encoding);
      const scored = scoreOutputs([{ said: outputs }], await encoded, encoding, {});
      const { value, better } = await measureMetric(registry, call, scored);
      return better === "greater" ? value : -value;
    },
  };
}

/** Null if no threshold is better than another. */
async function contenderThresholds(
  outputs: SplitOutputs,
  rows: EncodedRows,
  labels: readonly string[],
): Promise<FittedCalibration | null> {
  if (!("said" in outputs) || !rows.taught) return null;
  const decisions = calibrationDataOf(outputs, rows.taught, labels);
  const f1: Call = { word: "f1", kind: "metric", arguments: { average: "macro", of: null } };
  const by = metricWithDecisionAverage(f1, decisions, null);
  const call: Call = { word: "threshold", kind: "calibration", arguments: { metric: by, of: null } };
  const metric = await loadImplementation({ ...by, kind: "metric" }, "metric");
  const found = (await loadImplementation({ ...call, kind: "calibration" }, "calibration")).fit(call, decisions, {
    before: {},
    metric,
  });
  return typeof found === "string" ? null : found;
}
