/** A model's predictions on the rows of a split, with their cost. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf, type DataPlan } from "#dsl/language/types/value.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../data/encoding/encoded.js";
import type { PreparedData } from "../data/prepared.js";
import type { EvaluationCost } from "../inference/evaluations/evaluation.js";
import { readTrainingRowHashes } from "../inference/measuring/learnt-overlap.js";
import { metricReadsGeneratedTexts } from "../inference/measuring/measure-metric.js";
import { computeOutputs, warmUpWithFirstRow, type SplitOutputs } from "../inference/score-split.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import type { TrainingRowRecord } from "../runs/learnt-rows.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { generateWarmUpToken, generateTextsForMetrics } from "./generated-texts.js";
import { GREEDY_DECODER, measuresLatency, timedPredictorOf, timeInRounds } from "./latency.js";
import { memoryBytesForPrediction, storedBytesOfModel } from "./weights.js";

type Evaluate = Extract<Action, { verb: "evaluate" }>;

/** `groups`: scored so that loss has an interval too; results are equal up to rounding. */
export type PredictionSettings = Pick<Evaluate, "metrics" | "batch_size"> &
  Partial<Pick<Evaluate, "decode" | "max_tokens">> & {
    readonly groups?: boolean;
    /** Milliseconds of single predictions, if already timed. */
    readonly times?: Float64Array | undefined;
  };

/** A model's predictions on its rows, and its generated texts if a metric reads them. */
export interface ModelPredictions {
  readonly prepared: PreparedData;
  readonly split: string;
  readonly encoding: RowEncodingOptions;
  readonly learnt: TrainingRowRecord | null;
  readonly rows: EncodedRows;
  readonly outputs: SplitOutputs;
  readonly texts: GeneratedTextMetricInput | null;
  readonly cost: EvaluationCost;
  /** Milliseconds of predictions that were made one at a time; null if no metric needs them. */
  readonly times: Float64Array | null;
}

/** Whether a metric measures the model's memory. */
function isWeighed(
  { vocabulary: { registry } }: OpenSession,
  { metrics }: Pick<PredictionSettings, "metrics">,
): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.outcomes.includes("cost"));
}

export async function predictSplit(
  session: OpenSession,
  handle: ModelHandle,
  { data, split }: { readonly data: DataPlan; readonly split: string },
  how: PredictionSettings,
  context: ExecutionContext,
): Promise<ModelPredictions> {
  const { plan, labels, packed, open, base, tokenizer } = await session.weights.askable(
    handle,
    data,
    context.hostContext,
  );
  const { model } = plan.recipe;
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, labels, handle.name);
  const rows = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const { groups = false, decode = GREEDY_DECODER, max_tokens } = how;
  const { registry } = session.vocabulary;
  const counts = how.metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.countsBytes);
  const writing = { decode, max_tokens: max_tokens ?? model.max_length, stop: [], batch_size: how.batch_size };
  const reads = writesText(model) && (await Promise.all(how.metrics.map(metricReadsGeneratedTexts))).includes(true);
  const options = {
    batchSize: how.batch_size,
    padId: tokenizer.padId,
    ...(context.signal ? { signal: context.signal } : {}),
  };
  await warmUpWithFirstRow(open.session, rows, encoding, options);
  if (reads) await generateWarmUpToken(session, handle, { prepared, split }, writing, context);
  const begun = performance.now();
  const outputs = await computeOutputs(open.session, rows, encoding, {
    ...options,
    packed,
    groups,
    ...(counts && { spelt: (ids: Int32Array) => tokenizer.decode(ids) }),
    onRows: (done, total) => context.hostContext.onProgress?.({ label: `rows scored by ${handle.name}`, done, total }),
  });
  const texts = reads ? await generateTextsForMetrics(session, handle, { prepared, split }, writing, context) : null;
  const asking = (performance.now() - begun) / 1000;
  const learnt = readTrainingRowHashes(handle, base, context.hostContext.folder);
  const weighedModel = { handle, plan, labels, open, base, home: context.hostContext.folder };
  const residentBytes = isWeighed(session, how) ? await memoryBytesForPrediction(weighedModel, rows.lengths) : null;
  const tokens = rows.lengths.reduce((sum, length) => sum + length, 0);
  const cost = {
    training: null,
    asking,
    tokens,
    bytes: await storedBytesOfModel(weighedModel),
    heldBytes: residentBytes,
  };
  const part = { prepared, split, rows };
  const timed = async (): Promise<Float64Array | null> =>
    (await timeInRounds([timedPredictorOf(session, handle, part, writing, context)], context))[0] ?? null;
  const times = measuresLatency(session, how) ? (how.times ?? (await timed())) : null;
  return { prepared, split, encoding, learnt, rows, outputs, texts, cost, times };
}
