/** What a run's weights were evaluated on, and how these rows are read again. */
import type { DataPlan } from "#dsl/language/types/subject.js";
import { RunFolder } from "../../runs/run-folder.js";
import { scoredData } from "../../runs/scored-data.js";
import { scoresOf, type RunScore } from "../../runs/history/run-scores.js";
import type { Weights } from "../../runs/weights.js";
import { dataLearnt } from "../../models/lineage.js";

export interface OnRecord {
  readonly score: RunScore;
  /** Null: nobody kept how they are read. */
  readonly data: DataPlan | null;
}

/** Evaluations of these very weights: the newest of each data and split, the newest first. `runs`: the folder of runs. */
export function evaluationsOf(
  runs: string,
  { folder, plan, checkpoint }: Pick<Weights, "folder" | "plan" | "checkpoint">,
): readonly OnRecord[] {
  const found = new Map<string, RunScore>();
  for (const score of scoresOf(RunFolder.open(folder)).toReversed()) {
    const key = `${score.dataHash} ${score.split ?? ""}`;
    if (score.step === checkpoint.position.step && score.rows > 0 && !found.has(key)) found.set(key, score);
  }
  if (found.size === 0) return [];
  const kept = scoredData(folder);
  const learnt = new Map(dataLearnt(runs, plan).flatMap(({ data, hash }) => (hash === null ? [] : [[hash, data]])));
  return [...found.values()].map((score) => ({
    score,
    data: kept.get(score.dataHash) ?? learnt.get(score.dataHash) ?? null,
  }));
}
