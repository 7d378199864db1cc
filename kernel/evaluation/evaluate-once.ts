/** Scores one model on the rows of one split: its predictions and their metrics. */
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import type { FittedCalibration } from "#stdlib/calibrations/kind.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ScoredOutcome } from "#stdlib/tasks/kind.js";
import type { MetricFileReader, GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import type { MeasuredMetric } from "../inference/measuring/comparison.js";
import type { JudgeMeasureOptions } from "../inference/measuring/judge-measure.js";
import { measureMetric, metricReadsGeneratedTexts } from "../inference/measuring/measure-metric.js";
import { scoreOutputs } from "../inference/score-split.js";
import type { EncodedRows, RowEncodingOptions } from "../data/encoding/encoded.js";
import type { TrainingRowRecord } from "../runs/learnt-rows.js";
import type { EvaluationCost, Evaluation, EvaluatedSplitRows } from "../inference/evaluations/evaluation.js";
import type { PreparedData } from "../data/prepared.js";
import type { FoldScores } from "../display/scores/folds.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { predictSplit, type ModelPredictions, type PredictionSettings } from "./split-predictions.js";

/**
 * Whose predictions were scored: a model's, with the record of the rows it learned from (null: none), or a baseline's.
 */
export type ScoredSubject =
  | { readonly is: "model"; readonly handle: ModelHandle; readonly learnt: TrainingRowRecord | null }
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
  readonly encoding: RowEncodingOptions;
  readonly rows: EncodedRows;
  /** For folds: the rows of each, which together are `rows`. */
  readonly partsAsked?: readonly EvaluatedSplitRows[];
  /** Texts generated for the rows; null if no metric reads them. */
  readonly texts: GeneratedTextMetricInput | null;
  readonly scored: ScoredOutcome;
  readonly measures: readonly MeasuredMetric[];
  readonly evaluation: Evaluation;
  /** Set for a model of several folds, each evaluated on the rows it was not trained on: the scores per fold. */
  readonly folds?: readonly FoldScores[];
}

/** Settings of predictions, and what its metrics need to know. */
export type EvaluationSettings = PredictionSettings & {
  readonly world?: MetricFileReader;
  readonly judging?: JudgeMeasureOptions;
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
  const measures: MeasuredMetric[] = [];
  for (const call of how.metrics) {
    const { world, judging } = how;
    measures.push(
      await measureMetric(session.vocabulary.registry, call, scored, {
        texts: (await metricReadsGeneratedTexts(call)) ? texts : null,
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

function joined(texts: readonly GeneratedTextMetricInput[]): GeneratedTextMetricInput | null {
  if (texts.length === 0) return null;
  const prompts = texts.flatMap((part) => part.asked ?? []);
  const written = texts.flatMap((part) => part.written);
  return {
    written,
    targets: texts.flatMap(({ targets }) => targets),
    ...(prompts.length === written.length && { asked: prompts }),
  };
}
