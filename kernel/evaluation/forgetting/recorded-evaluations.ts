/** The recorded evaluations of a run's weights, how to read their rows again, and by which metric to compare them. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call, DataPlan, DataReadingSettings } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { defaultMetrics } from "#stdlib/metrics/shared/usual-metrics.js";
import type { PreparedData } from "../../data/prepared.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { metricReadsGeneratedTexts } from "../../inference/measuring/measure-metric.js";
import { RunFolder } from "../../runs/run-folder.js";
import { readScoredDataPlans } from "../../runs/scored-data.js";
import { readRunScores, type RunScore } from "../../runs/history/run-scores.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { learntDataOf } from "../../models/lineage.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import { sampleRows } from "./few-rows.js";
import type { HostContextAndSignal } from "./tasks.js";

export interface RecordedEvaluation {
  readonly score: RunScore;
  /** Null if the data plan was not recorded. */
  readonly data: DataPlan | null;
}

/**
 * Evaluations of exactly these weights: the newest per data set and split, newest first. `runs`: the folder of runs.
 */
export function recordedEvaluationsOf(
  runs: string,
  { folder, plan, checkpoint }: Pick<TrainedWeights, "folder" | "plan" | "checkpoint">,
): readonly RecordedEvaluation[] {
  const found = new Map<string, RunScore>();
  for (const score of readRunScores(RunFolder.open(folder)).toReversed()) {
    const key = `${score.dataHash} ${score.split ?? ""}`;
    if (score.step === checkpoint.position.step && score.rows > 0 && !found.has(key)) found.set(key, score);
  }
  if (found.size === 0) return [];
  const dataByHash = readScoredDataPlans(folder);
  const learnt = new Map(learntDataOf(runs, plan).flatMap(({ data, hash }) => (hash === null ? [] : [[hash, data]])));
  return [...found.values()].map((score) => ({
    score,
    data: dataByHash.get(score.dataHash) ?? learnt.get(score.dataHash) ?? null,
  }));
}

/** For example `tickets.test`. */
export const recordedSplitName = ({ score: { data, split } }: RecordedEvaluation): string =>
  split === null ? data : `${data}.${split}`;

/** Maximum compared rows per evaluation. */
const MAX_COMPARED_ROWS = 2000;

/** Reads the rows of a recorded evaluation; returns the reason as text if that fails. */
export async function readRecordedEvaluationRows(
  datasets: DatasetCache,
  { score, data }: RecordedEvaluation,
  reader: DataReadingSettings,
  stage: HostContextAndSignal,
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
  reader: DataReadingSettings,
  { hostContext }: HostContextAndSignal,
): Promise<PreparedData | string> {
  try {
    return await datasets.data(data, reader, hostContext);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.message;
  }
}

/** The first default metric on record that needs no generated text. */
export async function comparedMetricOf(
  registry: Registry,
  { score }: RecordedEvaluation,
  { plan }: Pick<TrainedWeights, "plan">,
  data: DataPlan,
): Promise<Call> {
  const { task } = plan.recipe.model;
  const loss: Call = { word: "loss", kind: "metric", arguments: {} };
  const able: Call[] = [];
  for (const call of [...defaultMetrics(registry, task, Object.keys(data.columns)), loss]) {
    const { ofTimes, ofCost } = await loadImplementation(call, "metric");
    if (!ofTimes && !ofCost && !(await metricReadsGeneratedTexts(call))) able.push(call);
  }
  return able.find((call) => metricName(call, registry) in score.metrics) ?? able[0] ?? loss;
}
