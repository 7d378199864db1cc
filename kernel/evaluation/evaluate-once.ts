/** Scores one model on the rows of one split: its predictions and their metrics. */
import type { Action, ActionSubject } from "#dsl/compiler/plan/action.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import { dataReaderOf, type DataPlan } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import type { MetricContext, WrittenMetricInput } from "#stdlib/metrics/kind.js";
import type { MetricMeasure } from "../inference/measuring/comparison.js";
import type { JudgeMeasureOptions } from "../inference/measuring/judge-measure.js";
import { measureMetric, readsWrittenTexts } from "../inference/measuring/measure-metric.js";
import { computeOutputs, scoreOutputs, warmUp, type PartOutputs } from "../inference/score-split.js";
import { writeOne, writtenTexts } from "./generated-texts.js";
import { encodeSplit, type EncodedRows, type RowEncoding, encodingOf } from "../data/encoding/encoded.js";
import type { LearntRecord } from "../runs/learnt-rows.js";
import type { EvaluationCost, Evaluation, EvaluatedPart } from "../inference/evaluations/evaluation.js";
import { GREEDY_DECODER, timedPredictorOf, timeInRounds } from "./latency.js";
import { residentBytesOf, storedBytesOf } from "./weights.js";
import { readLearntRows } from "../inference/measuring/learnt-overlap.js";
import type { PreparedData } from "../data/prepared.js";
import type { FoldScores } from "../display/scores/folds.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;
/**
 * Whose predictions were scored: a model's, with the record of the rows it learned from (null: none), or a baseline's.
 */
export type ScoredSubject =
  | { readonly is: "model"; readonly handle: ModelHandle; readonly learnt: LearntRecord | null }
  | {
      readonly is: "contender";
      /** It predicts the same for all rows. */
      readonly constant: boolean;
      /** It learned from the split `train` of the scored data. */
      readonly learns: boolean;
      readonly notes: readonly string[];
    };
export interface MeasuredModel {
  readonly by: ScoredSubject;
  readonly cost: EvaluationCost;
  readonly prepared: PreparedData;
  readonly split: string;
  /** Encoded for the model; a baseline is scored with the encoding and rows of the model that it is compared to. */
  readonly encoding: RowEncoding;
  readonly rows: EncodedRows;
  /** For folds: the rows of each, which together are `rows`. */
  readonly partsAsked?: readonly EvaluatedPart[];
  /** Texts generated for the rows; null if no metric reads them. */
  readonly texts: WrittenMetricInput | null;
  readonly scored: ScoredOutcome;
  readonly measures: readonly MetricMeasure[];
  readonly evaluation: Evaluation;
  /** Set for a model of several folds, each evaluated on the rows it was not trained on: the scores per fold. */
  readonly folds?: readonly FoldScores[];
}

/** `groups`: scored so that loss has an interval too; results are equal up to rounding. */
export type EvaluationSettings = Pick<Evaluate, "metrics" | "batch_size"> &
  Partial<Pick<Evaluate, "decode" | "max_tokens">> & {
    readonly groups?: boolean;
    readonly world?: MetricContext;
    readonly judging?: JudgeMeasureOptions;
    /** Milliseconds of single predictions, if already timed. */
    readonly times?: Float64Array | undefined;
  };

export async function evaluateModel(
  session: OpenSession,
  handle: ModelHandle,
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const one = await predictSplit(session, handle, { data: subject.data, split: subject.split ?? "all" }, how, context);
  const { name } = handle;
  const by = { is: "model", handle, learnt: one.learnt } as const;
  const cost = { ...one.cost, training: trainingSecondsOf(handle) };
  return measurePredictions(session, { ...one, name, by, cost, on: splitTitle(subject), parts: [one] }, how);
}

/** For example `tickets.test`. */
export function splitTitle({ data, split }: Extract<ActionSubject, { readonly data: DataPlan }>): string {
  return split ? `${data.name}.${split}` : data.name;
}

/** Seconds of the training including its interruptions; null if there was none or the run does not report it. */
export function trainingSecondsOf({ weights }: ModelHandle): number | null {
  const stopSeconds = (weights?.events ?? []).flatMap((event) => (event.kind === "stopped" ? [event.seconds] : []));
  return stopSeconds.length === 0 ? null : stopSeconds.reduce((sum, seconds) => sum + seconds, 0);
}

/** A model's predictions on its rows, and its generated texts if a metric reads them. */
export interface ModelPredictions {
  readonly prepared: PreparedData;
  readonly split: string;
  readonly encoding: RowEncoding;
  readonly learnt: LearntRecord | null;
  readonly rows: EncodedRows;
  readonly outputs: PartOutputs;
  readonly texts: WrittenMetricInput | null;
  readonly cost: EvaluationCost;
  /** Milliseconds of predictions that were made one at a time; null if no metric needs them. */
  readonly times: Float64Array | null;
}

/** Whether the latency of single predictions is measured. */
export function measuresLatency(
  { vocabulary: { registry } }: OpenSession,
  { metrics }: Pick<EvaluationSettings, "metrics">,
): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.outcomes.includes("time"));
}

/** Whether a metric measures the model's memory. */
function isWeighed(
  { vocabulary: { registry } }: OpenSession,
  { metrics }: Pick<EvaluationSettings, "metrics">,
): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.outcomes.includes("cost"));
}

export async function predictSplit(
  session: OpenSession,
  handle: ModelHandle,
  { data, split }: { readonly data: DataPlan; readonly split: string },
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<ModelPredictions> {
  const { plan, labels, packed, open, base, tokenizer } = await session.weights.askable(
    handle,
    data,
    context.hostContext,
  );
  const { model } = plan.recipe;
  const prepared = await session.datasets.data(data, dataReaderOf(model), context.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const { groups = false, decode = GREEDY_DECODER, max_tokens } = how;
  const { registry } = session.vocabulary;
  const counts = how.metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.countsBytes);
  const writing = { decode, max_tokens: max_tokens ?? model.max_length, stop: [], batch_size: how.batch_size };
  const reads = writesText(model) && (await Promise.all(how.metrics.map(readsWrittenTexts))).includes(true);
  const options = {
    batchSize: how.batch_size,
    padId: tokenizer.padId,
    ...(context.signal ? { signal: context.signal } : {}),
  };
  await warmUp(open.session, rows, encoding, options);
  if (reads) await writeOne(session, handle, { prepared, split }, writing, context);
  const begun = performance.now();
  const outputs = await computeOutputs(open.session, rows, encoding, {
    ...options,
    packed,
    groups,
    ...(counts && { spelt: (ids: Int32Array) => tokenizer.decode(ids) }),
    onRows: (done, total) => context.hostContext.onProgress?.({ label: `rows scored by ${handle.name}`, done, total }),
  });
  const texts = reads ? await writtenTexts(session, handle, { prepared, split }, writing, context) : null;
  const asking = (performance.now() - begun) / 1000;
  const learnt = readLearntRows(handle, base, context.hostContext.folder);
  const weighedModel = { handle, plan, labels, open, base, home: context.hostContext.folder };
  const residentBytes = isWeighed(session, how) ? await residentBytesOf(weighedModel, rows.lengths) : null;
  const tokens = rows.lengths.reduce((sum, length) => sum + length, 0);
  const cost = { training: null, asking, tokens, bytes: await storedBytesOf(weighedModel), heldBytes: residentBytes };
  const part = { prepared, split, rows };
  const timed = async (): Promise<Float64Array | null> =>
    (await timeInRounds([timedPredictorOf(session, handle, part, writing, context)], context))[0] ?? null;
  const times = measuresLatency(session, how) ? (how.times ?? (await timed())) : null;
  return { prepared, split, encoding, learnt, rows, outputs, texts, cost, times };
}

/** Computes the metrics of predictions on `rows`: the parts concatenated in order. */
export async function measurePredictions(
  session: OpenSession,
  options: Omit<MeasuredModel, "texts" | "scored" | "measures" | "evaluation"> & {
    readonly name: string;
    readonly on: string;
    readonly parts: readonly Pick<ModelPredictions, "outputs" | "texts" | "times">[];
    /** Thresholds of a baseline; those of a model are in its handle. */
    readonly fitted?: FittedCalibration | null;
  },
  how: EvaluationSettings,
): Promise<MeasuredModel> {
  const { name, by, cost, prepared, split, encoding, rows, on, parts, folds, partsAsked } = options;
  const scored = scoreOutputs(
    parts.map(({ outputs }) => outputs),
    rows,
    encoding,
    { ...how, fitted: by.is === "model" ? by.handle.fitted : (options.fitted ?? null) },
  );
  const texts = joined(parts.flatMap(({ texts }) => texts ?? []));
  const times = parts.some((part) => part.times)
    ? Float64Array.from(parts.flatMap((part) => [...(part.times ?? [])]))
    : null;
  const measures: MetricMeasure[] = [];
  for (const call of how.metrics) {
    const { world, judging } = how;
    measures.push(
      await measureMetric(session.vocabulary.registry, call, scored, {
        texts: (await readsWrittenTexts(call)) ? texts : null,
        times,
        cost: { stored: options.cost.bytes, held: options.cost.heldBytes },
        ...(world && { world }),
        ...(judging && { judging }),
      }),
    );
  }
  const { confusion, labels } = scored;
  const metrics = Object.fromEntries(measures.map(({ name, value }) => [name, value]));
  return {
    by,
    cost,
    prepared,
    split,
    encoding,
    rows,
    texts,
    scored,
    measures,
    ...(folds && { folds }),
    ...(partsAsked && { partsAsked }),
    evaluation: { model: name, on, rows: rows.count, metrics, labels, confusion },
  };
}

function joined(texts: readonly WrittenMetricInput[]): WrittenMetricInput | null {
  if (texts.length === 0) return null;
  const prompts = texts.flatMap((part) => part.asked ?? []);
  const written = texts.flatMap((part) => part.written);
  return {
    written,
    targets: texts.flatMap(({ targets }) => targets),
    ...(prompts.length === written.length && { asked: prompts }),
  };
}
