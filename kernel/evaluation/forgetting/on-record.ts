/** The recorded evaluations of a run's weights, and how to read their rows again. */
import type { DataPlan } from "#dsl/language/types/value.js";
import { RunFolder } from "../../runs/run-folder.js";
import { readScoredData } from "../../runs/scored-data.js";
import { readRunScores, type RunScore } from "../../runs/history/run-scores.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { learntDataOf } from "../../models/lineage.js";

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
  const dataByHash = readScoredData(folder);
  const learnt = new Map(learntDataOf(runs, plan).flatMap(({ data, hash }) => (hash === null ? [] : [[hash, data]])));
  return [...found.values()].map((score) => ({
    score,
    data: dataByHash.get(score.dataHash) ?? learnt.get(score.dataHash) ?? null,
  }));
}
