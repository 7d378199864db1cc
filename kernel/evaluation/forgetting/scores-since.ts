/** Compares a model with the one it started from, on the rows that the earlier one was evaluated on. */
import type { Registry } from "#dsl/language/types/registry.js";
import { dataReadingSettingsOf, type DataPlan, type ModelPlan, type Call } from "#dsl/language/types/value.js";
import type { BeforeAfterScore } from "../../runs/before-after-scores.js";
import type { PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { encodeSplit, rowEncodingOptionsOf } from "../../data/encoding/encoded.js";
import { scoreDifference, resampleMetrics, type MeasuredMetric } from "../../inference/measuring/comparison.js";
import { measureMetric } from "../../inference/measuring/measure-metric.js";
import { computeOutputs, scoreOutputs } from "../../inference/score-split.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import { startingWeightsOf } from "../../models/lineage.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { TrainedWeights } from "../../runs/weights.js";
import type { ModelCache } from "../../session/model-cache.js";
import {
  comparedMetricOf,
  recordedEvaluationsOf,
  readRecordedEvaluationRows,
  recordedSplitName,
  type RecordedEvaluation,
} from "./recorded-evaluations.js";
import type { HostContextAndSignal } from "./tasks.js";
import { forgettingBetweenPredictions, type SplitPredictions, type TaskForgetting } from "./forgotten-rows.js";

/** Maximum compared evaluations. */
export const MAX_COMPARED_EVALUATIONS = 12;

export interface ScoresSinceStartContext {
  readonly datasets: DatasetCache;
  readonly weights: ModelCache;
  /** Creates a handle without a name in the session. */
  readonly unnamed: (plan: ModelPlan, title: string) => ModelHandle;
  readonly registry: Registry;
  readonly runs: string;
}
export type TrainedModel = ModelHandle & { readonly weights: TrainedWeights };

export interface ScoreSinceStart extends BeforeAfterScore {
  /** Rows of the recorded evaluation, and its score by this metric; null if it has none. */
  readonly totalRows: number;
  readonly recorded: number | null;
  /** Null if predictions are not single labels. */
  readonly forgotten: TaskForgetting | null;
}
export interface ScoresSinceStart {
  readonly since: readonly ScoreSinceStart[];
  /** What was not compared, with the reasons. */
  readonly not: readonly string[];
}

/** Returns the recorded training whose weights a model started from; null if there was none or its run was deleted. */
export async function startingModelOf(
  options: ScoresSinceStartContext,
  { weights }: TrainedModel,
  s: HostContext,
): Promise<TrainedModel | null> {
  const { model } = weights.plan.recipe;
  // Compressed models are compared with their original when they are made.
  if (model.scratch || model.trained?.made) return null;
  const { base } = await options.weights.parts(weights.plan, s);
  const before = startingWeightsOf(model, base, { folder: s.folder, runs: options.runs });
  if (!before) return null;
  const name = model.trained ? model.base : before.plan.effects.run;
  return Object.assign(options.unnamed(before.plan.recipe.model, name), { weights: before });
}

/** Throws coded errors of the predictions; reports what can't be compared and skips it. */
export async function compareWithStartingModel(
  options: ScoresSinceStartContext,
  now: TrainedModel,
  before: TrainedModel,
  stage: HostContextAndSignal,
): Promise<ScoresSinceStart> {
  const all = recordedEvaluationsOf(options.runs, before.weights);
  const since: ScoreSinceStart[] = [];
  const not: string[] = [];
  const [is, was] = [now.weights.plan.recipe.model.task.word, before.weights.plan.recipe.model.task.word];
  if (all.length > 0 && is !== was)
    return { since, not: [`${before.name} was evaluated at \`${was}\`, and ${now.name} does \`${is}\``] };
  for (const one of all.slice(0, MAX_COMPARED_EVALUATIONS)) {
    const found = await sinceOne(options, { now, before }, one, stage);
    if (typeof found === "string") not.push(`${recordedSplitName(one)} was not compared: ${found}`);
    else since.push(found);
  }
  if (all.length > MAX_COMPARED_EVALUATIONS)
    not.push(
      `of ${String(all.length)} evaluations on record the newest ${String(MAX_COMPARED_EVALUATIONS)} were compared`,
    );
  return { since, not };
}

async function sinceOne(
  options: ScoresSinceStartContext,
  { now, before }: { readonly now: TrainedModel; readonly before: TrainedModel },
  one: RecordedEvaluation,
  stage: HostContextAndSignal,
): Promise<ScoreSinceStart | string> {
  const rows = await readRecordedEvaluationRows(
    options.datasets,
    one,
    dataReadingSettingsOf(now.weights.plan.recipe.model),
    stage,
  );
  if (typeof rows === "string") return rows;
  const { data, prepared, split } = rows;
  const strange = prepared.labels.find((label) => now.labels.length > 0 && !now.labels.includes(label));
  if (strange !== undefined) return `${now.name} has no label ${JSON.stringify(strange)}`;
  const call = await comparedMetricOf(options.registry, one, now.weights, data);
  const asks = { data, prepared, split, call };
  const [was, is] = [await askedAbout(options, before, asks, stage), await askedAbout(options, now, asks, stage)];
  const drawn = await resampleMetrics([was.measure, is.measure], stage.signal);
  const [first, second] = [drawn.get(was.measure), drawn.get(is.measure)];
  if (!first || !second || !Number.isFinite(first.score.value) || !Number.isFinite(second.score.value))
    return `it has no ${was.measure.name} on these rows`;
  const { interval, verdict } = scoreDifference(first, second);
  const { score } = one;
  return {
    data: score.data,
    split: score.split,
    dataHash: score.dataHash,
    rows: is.rows.count,
    totalRows: score.rows,
    metric: is.measure.name,
    better: is.measure.better,
    before: first.score.value,
    now: second.score.value,
    lost: verdict === "worse",
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    recorded: score.metrics[is.measure.name]?.value ?? null,
    forgotten: forgettingBetweenPredictions(was, is, recordedSplitName(one)),
  };
}

interface Answered extends SplitPredictions {
  readonly measure: MeasuredMetric;
}

async function askedAbout(
  options: ScoresSinceStartContext,
  handle: TrainedModel,
  evaluation: { readonly data: DataPlan; readonly prepared: PreparedData; readonly split: string; readonly call: Call },
  { hostContext, signal }: HostContextAndSignal,
): Promise<Answered> {
  const { data, prepared, split, call } = evaluation;
  const { labels, packed, open, base, tokenizer } = await options.weights.askable(handle, data, hostContext);
  const { recipe } = handle.weights.plan;
  const encoding = await rowEncodingOptionsOf({ recipe: { ...recipe, data } }, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const label = `${handle.name} on ${data.name}.${split} again`;
  const outputs = await computeOutputs(open.session, rows, encoding, {
    batchSize: recipe.training.batch_size,
    padId: tokenizer.padId,
    packed,
    groups: true,
    ...(signal && { signal }),
    ...(options.registry.find("metric", call.word)?.capabilities?.countsBytes && {
      spelt: (ids: Int32Array) => tokenizer.decode(ids),
    }),
    onRows: (done, total) => hostContext.onProgress?.({ label, done, total }),
  });
  const scored = scoreOutputs([outputs], rows, encoding, { groups: true, fitted: handle.fitted });
  const { outcome } = scored;
  const predicted = outcome?.kind === "label" ? outcome.input.predicted : null;
  return {
    measure: await measureMetric(options.registry, call, scored, { signal }),
    rows,
    labels,
    predictions: predicted,
  };
}
