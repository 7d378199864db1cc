/** Compares a model with the one it started from, on the rows that the earlier one was evaluated on. */
import { basename, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { dataReaderOf, type DataPlan, type ModelPlan, type Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { BeforeAfterScore } from "../../runs/since-before.js";
import type { PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { forgottenAnswersOf } from "../../continual/forgotten-answers.js";
import { encodeSplit, type EncodedRows, encodingOf } from "../../data/encoding/encoded.js";
import { scoreDifference, resampleAll, type MetricMeasure } from "../../inference/measuring/comparison.js";
import { measureMetric, readsWrittenTexts } from "../../inference/measuring/measure-metric.js";
import { learntRowsOfStart } from "../../inference/measuring/learnt-overlap.js";
import { computeOutputs, scoreOutputs } from "../../inference/score-split.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import { loadRunWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { TrainedWeights } from "../../runs/weights.js";
import type { ModelCache } from "../../session/model-cache.js";
import { sampleRows } from "./few-rows.js";
import { recordedEvaluationsOf, type RecordedEvaluation } from "./on-record.js";
import type { TaskContext } from "./tasks.js";
import type { TaskForgetting } from "./forgotten-rows.js";

/** Maximum compared rows per evaluation, and maximum compared evaluations. */
export const MAX_COMPARED_ROWS = 2000;
export const MAX_COMPARED_EVALUATIONS = 12;

export interface ScoresSinceContext {
  readonly datasets: DatasetCache;
  readonly weights: ModelCache;
  /** Creates a handle without a name in the session. */
  readonly unnamed: (plan: ModelPlan, title: string) => ModelHandle;
  readonly registry: Registry;
  readonly runs: string;
}
export type TrainedModel = ModelHandle & { readonly weights: TrainedWeights };

export interface ScoreSince extends BeforeAfterScore {
  /** Rows of the recorded evaluation, and its score by this metric; null if it has none. */
  readonly totalRows: number;
  readonly recorded: number | null;
  /** Null if predictions are not single labels. */
  readonly forgotten: TaskForgetting | null;
}
export interface ScoresSince {
  readonly since: readonly ScoreSince[];
  /** What was not compared, with the reasons. */
  readonly not: readonly string[];
}

/** Returns the recorded training whose weights a model started from; null if there was none or its run was deleted. */
export async function startingModelOf(
  options: ScoresSinceContext,
  { weights }: TrainedModel,
  s: HostContext,
): Promise<TrainedModel | null> {
  const { model } = weights.plan.recipe;
  // Compressed models are compared with their original when they are made.
  if (model.scratch || model.trained?.made) return null;
  const { base } = await options.weights.parts(weights.plan, s);
  for (const { rows } of learntRowsOfStart(model, base, s.folder)) {
    const id = rows[0]?.run ?? "";
    const folder = [dirname(base.folder), join(options.runs, id)].find(
      (one) => basename(one) === id && existsSync(join(one, "lock.json")),
    );
    if (id === "" || folder === undefined) continue;
    const before = loadRunWeights(folder);
    const name = model.trained ? model.base : before.plan.effects.run;
    return Object.assign(options.unnamed(before.plan.recipe.model, name), { weights: before });
  }
  return null;
}

/** Throws coded errors of the predictions; reports what can't be compared and skips it. */
export async function compareWithStart(
  options: ScoresSinceContext,
  now: TrainedModel,
  before: TrainedModel,
  stage: TaskContext,
): Promise<ScoresSince> {
  const all = recordedEvaluationsOf(options.runs, before.weights);
  const since: ScoreSince[] = [];
  const not: string[] = [];
  const [is, was] = [now.weights.plan.recipe.model.task.word, before.weights.plan.recipe.model.task.word];
  if (all.length > 0 && is !== was)
    return { since, not: [`${before.name} was evaluated at \`${was}\`, and ${now.name} does \`${is}\``] };
  for (const one of all.slice(0, MAX_COMPARED_EVALUATIONS)) {
    const found = await sinceOne(options, { now, before }, one, stage);
    if (typeof found === "string") not.push(`${calledOf(one)} was not compared: ${found}`);
    else since.push(found);
  }
  if (all.length > MAX_COMPARED_EVALUATIONS)
    not.push(
      `of ${String(all.length)} evaluations on record the newest ${String(MAX_COMPARED_EVALUATIONS)} were compared`,
    );
  return { since, not };
}

const calledOf = ({ score: { data, split } }: RecordedEvaluation): string =>
  split === null ? data : `${data}.${split}`;

/** Reads the rows of a recorded evaluation; returns the reason as text if that fails. */
export async function recordedRowsOf(
  { datasets }: Pick<ScoresSinceContext, "datasets">,
  { score, data }: RecordedEvaluation,
  reader: ReturnType<typeof dataReaderOf>,
  stage: TaskContext,
): Promise<{ readonly data: DataPlan; readonly prepared: PreparedData; readonly split: string } | string> {
  if (!data) return "how its rows are read is not on record; evaluate it again, and it will be";
  const whole = await readAgain(datasets, data, reader, stage);
  if (typeof whole === "string") return whole;
  if (whole.facts.hash !== score.dataHash) return "its rows are others now";
  const split = score.split ?? "all";
  const few = sampleRows(whole, split, MAX_COMPARED_ROWS);
  return few ? { data, prepared: few.prepared, split } : "its rows are streamed from disk";
}

async function readAgain(
  datasets: DatasetCache,
  data: DataPlan,
  reader: ReturnType<typeof dataReaderOf>,
  { hostContext }: TaskContext,
): Promise<PreparedData | string> {
  try {
    return await datasets.data(data, reader, hostContext);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.message;
  }
}

async function sinceOne(
  options: ScoresSinceContext,
  { now, before }: { readonly now: TrainedModel; readonly before: TrainedModel },
  one: RecordedEvaluation,
  stage: TaskContext,
): Promise<ScoreSince | string> {
  const rows = await recordedRowsOf(options, one, dataReaderOf(now.weights.plan.recipe.model), stage);
  if (typeof rows === "string") return rows;
  const { data, prepared, split } = rows;
  const strange = prepared.labels.find((label) => now.labels.length > 0 && !now.labels.includes(label));
  if (strange !== undefined) return `${now.name} has no label ${JSON.stringify(strange)}`;
  const call = await metricOf(options.registry, one, now, data);
  const asks = { data, prepared, split, call };
  const [was, is] = [await askedAbout(options, before, asks, stage), await askedAbout(options, now, asks, stage)];
  const drawn = await resampleAll([was.measure, is.measure], stage.signal);
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
    forgotten: forgottenIn(was, is, calledOf(one)),
  };
}

/** The first default metric on record that needs no generated text. */
async function metricOf(
  registry: Registry,
  { score }: RecordedEvaluation,
  now: TrainedModel,
  data: DataPlan,
): Promise<Call> {
  const { task } = now.weights.plan.recipe.model;
  const loss: Call = { word: "loss", kind: "metric", arguments: {} };
  const able: Call[] = [];
  for (const call of [...defaultMetrics(registry, task, Object.keys(data.columns)), loss]) {
    const { ofTimes, ofCost } = await loadImplementation(call, "metric");
    if (!ofTimes && !ofCost && !(await readsWrittenTexts(call))) able.push(call);
  }
  return able.find((call) => metricName(call, registry) in score.metrics) ?? able[0] ?? loss;
}

interface Answered {
  readonly measure: MetricMeasure;
  readonly rows: EncodedRows;
  readonly labels: readonly string[];
  /** Label indices; null if predictions are not single labels. */
  readonly predictions: ArrayLike<number> | null;
}

async function askedAbout(
  options: ScoresSinceContext,
  handle: TrainedModel,
  evaluation: { readonly data: DataPlan; readonly prepared: PreparedData; readonly split: string; readonly call: Call },
  { hostContext, signal }: TaskContext,
): Promise<Answered> {
  const { data, prepared, split, call } = evaluation;
  const { labels, packed, open, base, tokenizer } = await options.weights.askable(handle, data, hostContext);
  const { recipe } = handle.weights.plan;
  const encoding = await encodingOf({ recipe: { ...recipe, data } }, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const label = `${data.name}.${split} asked of ${handle.name} again`;
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

function forgottenIn(was: Answered, is: Answered, on: string): TaskForgetting | null {
  const truth = is.rows.taught?.oneRight;
  if (!truth || !was.predictions || !is.predictions) return null;
  const [oldPredictions, now] = [was.predictions, is.predictions];
  // Label indices may differ in the new head.
  const before = Int32Array.from(oldPredictions, (label) => is.labels.indexOf(was.labels[label] ?? ""));
  const forgotten = forgottenAnswersOf(truth, before, now);
  const named = (label: number | undefined): string => is.labels[label ?? -1] ?? "";
  return (
    forgotten && {
      ...forgotten,
      on,
      after: 0,
      example: (row) => ({
        row: is.rows.rows[row] ?? 0,
        text: is.rows.text(row),
        right: named(truth[row]),
        now: named(now[row]),
      }),
    }
  );
}
