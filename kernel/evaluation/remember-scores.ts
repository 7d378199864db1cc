/** Saves scores with the run whose weights were scored. */
import { resolve } from "node:path";
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import type { PreparedData } from "../data/prepared.js";
import type { ResampledScores, MeasuredMetric } from "../inference/measuring/comparison.js";
import type { ModelHandle } from "../models/model-handle.js";
import { RunFolder } from "../runs/run-folder.js";
import { saveScoredDataPlan } from "../runs/scored-data.js";
import { appendRunScore, type AttackScores, type SliceScores } from "../runs/history/run-scores.js";
import { intervalOf } from "./report.js";

/** Saves scores in the run of the model's weights; does nothing for a model that was never trained. */
export function saveScoresInModelRun(
  { weights }: ModelHandle,
  subject: ActionSubject,
  scored: {
    readonly prepared: PreparedData;
    readonly rows: number;
    readonly slices: readonly SliceScores[];
    readonly attacks?: readonly AttackScores[];
    /** Folder that relative paths start from. */
    readonly home: string;
  },
  measures: readonly MeasuredMetric[],
  drawn: ResampledScores,
): void {
  if (!weights || !("data" in subject)) return;
  const metrics = measures.map((measure) => {
    const { value, interval } = intervalOf(drawn, measure).score;
    return [
      measure.name,
      {
        value,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
        better: measure.better,
        ...(measure.why !== undefined && { why: measure.why }),
      },
    ] as const;
  });
  appendRunScore(RunFolder.open(weights.folder), {
    at: new Date().toISOString(),
    step: weights.checkpoint.position.step,
    data: subject.data.name,
    split: subject.split,
    dataHash: scored.prepared.facts.hash,
    rows: scored.rows,
    metrics: Object.fromEntries(metrics),
    ...(scored.slices.length > 0 && { slices: scored.slices }),
    ...(scored.attacks && { attacks: scored.attacks }),
  });
  const folder = resolve(scored.home, subject.data.folder);
  saveScoredDataPlan(weights.folder, scored.prepared.facts.hash, { ...subject.data, folder });
}
