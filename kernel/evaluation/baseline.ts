/**
 * Evaluates the baselines of a model on the same rows: a baseline's own predictions, or those of a base before its
 * training.
 */
import { CodedError, must } from "#dsl/language/diagnostics/codes.js";
import type { BaselineCapabilities } from "#dsl/language/types/capabilities/scoring.js";
import type { Baseline, ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReaderOf, type ModelPlan, type Call } from "#dsl/language/types/value.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { WrittenMetricInput } from "#stdlib/metrics/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import type { BaselineTuning, BaselineImplementation, BaselineRows, BaselineOutputs } from "#stdlib/contenders/kind.js";
import { roleValuesOf, type DataPart } from "../runs/part.js";
import { splitNamesOf } from "../data/prepared.js";
import { encodeSplit, type EncodedRows, type RowEncoding } from "../data/encoding/encoded.js";
import { measureMetric } from "../inference/measuring/measure-metric.js";
import { isTunebookHead, haveSameLabels } from "../bases/programs.js";
import { loadImplementation } from "../host/load-implementation.js";
import { calibrationText } from "../inference/fitted-calibration.js";
import { scoreOutputs, type PartOutputs } from "../inference/score-split.js";
import { requestsAndTargets } from "../inference/reference-texts.js";
import type { ExecutionContext, Warn } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { baseVectors } from "./base-vectors.js";
import { calibrationDecisionsOf, decisionMetric } from "./calibrate.js";
import { predictAll } from "./predict-all.js";
import { timePredictor } from "./latency.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import {
  evaluateModel,
  measuresLatency,
  measurePredictions,
  type EvaluationSettings,
  type MeasuredModel,
} from "./evaluate-once.js";
import { type EvaluatedPart, sumCosts, type EvaluationCost } from "../inference/evaluations/evaluation.js";

/** A model's encoded rows. The model itself may be unevaluated or untrained. */
export type BaselineContext = Pick<MeasuredModel, "by" | "prepared" | "split" | "encoding" | "rows" | "partsAsked"> & {
  readonly evaluation: Pick<MeasuredModel["evaluation"], "on">;
};
/** A baseline with its name in tables, and the model that it is compared to. */
export interface BaselineEntry {
  readonly name: string;
  readonly contender: Baseline;
  readonly beside: BaselineContext;
  readonly warn: Warn;
}
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
  const asks = { ...must(call, "a contender's call"), kind: "contender" } as const;
  const implementation = await loadImplementation(asks, "contender");
  const parts = beside.partsAsked ?? [beside];
  const predictedParts: AskedContender[] = [];
  const has = capabilitiesOf(session, asks);
  const standing = { name, contender, beside, warn, call: asks, implementation };
  // One per part, as each caches its choice.
  const choosing = parts.map((part) =>
    has.trainsOnData(asks) ? choosingFor(session, part, beside.encoding, how) : null,
  );
  for (const [i, part] of parts.entries())
    predictedParts.push(await askedPart(session, { ...standing, choosing: choosing[i] ?? null }, part, how, context));
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
  const handle = session.models.unnamed(planOf(session.models.get(model)), name);
  const measured = await evaluateModel(session, handle, subject, how, context);
  return { ...measured, by: { is: "contender", constant: false, learns: false, notes: [] } };
}

function capabilitiesOf({ vocabulary }: OpenSession, { word }: Call): BaselineCapabilities {
  return must(vocabulary.registry.find("contender", word)?.capabilities, `what ${word} says of itself`);
}

type AskedStanding = BaselineEntry & {
  readonly call: Call;
  readonly implementation: BaselineImplementation;
  readonly choosing: BaselineTuning | null;
};
interface AskedContender {
  readonly outputs: PartOutputs;
  readonly texts: WrittenMetricInput | null;
  readonly cost: EvaluationCost;
  readonly notes: readonly string[];
  readonly times: Float64Array | null;
}

async function askedPart(
  session: OpenSession,
  { name, contender, call, beside: { encoding, by }, warn, implementation, choosing }: AskedStanding,
  part: EvaluatedPart,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<AskedContender> {
  const { rows } = part;
  const { folder } = contender;
  const { signal, hostContext } = context;
  const { registry } = session.vocabulary;
  const has = capabilitiesOf(session, call);
  const writing = how.decode &&
    by.is === "model" && { decode: how.decode, max_tokens: how.max_tokens ?? by.handle.plan.max_length };
  const ready = await implementation.ready({
    call,
    task: encoding.task,
    warn,
    has: registry.find("task", encoding.task.call.word)?.capabilities,
    labels: rows.taskInputs.labels,
    batchSize: how.batch_size,
    train: has.trainsOnData(call) ? learntFrom(part, name) : null,
    choosing,
    rows: {
      ...rowsIn(part),
      predictedRows: rows.taskInputs,
      texts: (rows.apart?.().textIndices.length ?? rows.count) / rows.count,
    },
    writing: writing || null,
    host: {
      folder,
      prompted: (base, options) => session.weights.baseModels.prompted(base, hostContext, { ...options, folder }),
      vectors: () => baseVectors(session, { model: modelProbed(session, contender, by), contender: name }, context),
    },
    ...(signal && { signal }),
    onProgress: (label, done, total) => hostContext.onProgress?.({ label: `${label} by ${name}`, done, total }),
  });
  try {
    const writes = by.is === "model" && writesText(by.handle.plan);
    // Generation takes so long that the warm-up is negligible, and one more text would change the random stream.
    const { all, asking } = await predictAll(ready, rows.count, { warm: !writes });
    const took = { asking, tokens: all.tokens ?? null };
    const cost = { training: ready.learntIn ?? null, ...took, bytes: ready.bytes ?? null, heldBytes: null };
    const times = measuresLatency(session, how)
      ? await timePredictor(rows.count, { writes, stage: context, name }, (row) => ready.ask(Uint32Array.of(row)))
      : null;
    return { ...answered(all, part, encoding), cost, times, notes: [...(ready.notes ?? []), ...(all.notes ?? [])] };
  } finally {
    await ready.dispose?.();
  }
}

/** Returns the call of a probe for a base without a head for the model's labels; null if the base has one. */
async function probeOf(
  session: OpenSession,
  { baseOf, probe }: BaseOf,
  { encoding: { labels } }: BaselineContext,
  { hostContext }: ExecutionContext,
): Promise<Call | null> {
  if (!probe) return null;
  const plan = planOf(session.models.get(baseOf));
  if (plan.trained || isTunebookHead(plan)) return probe;
  const { facts } = await session.datasets.base(dataReaderOf(plan), hostContext);
  const headLabels = facts.heads?.[plan.task.word];
  return headLabels && haveSameLabels(headLabels, labels) ? null : probe;
}

/** Returns the model whose base is used: the named one, or the one that the baseline is compared to. */
function modelProbed({ models }: OpenSession, contender: Baseline, by: MeasuredModel["by"]): ModelPlan {
  const beside = by.is === "model" ? by.handle : null;
  return planOf("baseOf" in contender ? models.get(contender.baseOf) : must(beside, "a model"));
}
const planOf = ({ weights, plan }: ModelHandle): ModelPlan => weights?.plan.recipe.model ?? plan;

/** Converts a baseline's outputs to the form in which a model's predictions or texts are scored. */
function answered(
  all: BaselineOutputs,
  { prepared, split }: EvaluatedPart,
  { task }: Pick<MeasuredModel["encoding"], "task">,
): Pick<AskedContender, "outputs" | "texts"> {
  if ("outputs" in all) return { outputs: { said: all.outputs }, texts: null };
  const { written } = all;
  if (task.implementation.answers?.scoreWritten) return { outputs: { written }, texts: null };
  return { outputs: { groups: [] }, texts: { written: all.written, ...requestsAndTargets(prepared, split) } };
}

/** The baseline's thresholds; null if the model has none, or there is no validation split. */
async function thresholdsFor(
  session: OpenSession,
  standing: AskedStanding,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<FittedCalibration | null> {
  const { by, prepared, split, encoding } = standing.beside;
  // A baseline that learns nothing (a prompt) is slow to run again, and thresholds do not improve its probabilities.
  if (!capabilitiesOf(session, standing.call).trainsOnData(standing.call)) return null;
  if (by.is !== "model" || !by.handle.fitted?.thresholds) return null;
  if (split === "validation" || !splitNamesOf(prepared).includes("validation")) return null;
  const rows = await encodeSplit(prepared, { data: prepared.name, split: "validation" }, encoding);
  // Predictions are not timed in this call.
  const untimed = { ...how, metrics: [] };
  const { outputs } = await askedPart(session, standing, { prepared, split: "validation", rows }, untimed, context);
  return contenderThresholds(outputs, rows, encoding.labels);
}

/** Null if no metric reads predictions per row (only times, costs or generated texts are measured). */
function choosingFor(
  session: OpenSession,
  { prepared, split }: EvaluatedPart,
  encoding: RowEncoding,
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
  const rows = rowsIn({ prepared, split: from });
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

/** Returns the rows that a baseline learns from. Coded error `no-rows-to-learn`. */
function learntFrom({ prepared }: EvaluatedPart, contender: string): BaselineRows {
  const has = splitNamesOf(prepared);
  if (!has.includes("train")) throw new CodedError("no-rows-to-learn", { contender, data: prepared.name, has });
  return rowsIn({ prepared, split: "train" });
}

function rowsIn(part: DataPart): BaselineRows {
  const { prepared, split } = part;
  const count = prepared.streamed?.[split]?.rows ?? prepared.splits[split]?.numRows() ?? 0;
  return { count, values: (role) => roleValuesOf(part, role) };
}

/** Null if no threshold is better than another. */
async function contenderThresholds(
  outputs: PartOutputs,
  rows: EncodedRows,
  labels: readonly string[],
): Promise<FittedCalibration | null> {
  if (!("said" in outputs) || !rows.taught) return null;
  const decisions = calibrationDecisionsOf(outputs, rows.taught, labels);
  const f1: Call = { word: "f1", kind: "metric", arguments: { average: "macro", of: null } };
  const by = decisionMetric(f1, decisions, null);
  const call: Call = { word: "threshold", kind: "calibration", arguments: { metric: by, of: null } };
  const metric = await loadImplementation({ ...by, kind: "metric" }, "metric");
  const found = (await loadImplementation({ ...call, kind: "calibration" }, "calibration")).fit(call, decisions, {
    before: {},
    metric,
  });
  return typeof found === "string" ? null : found;
}
