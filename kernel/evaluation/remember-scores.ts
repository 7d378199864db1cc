/** Writes scores beside the run whose weights were scored. */
import { resolve } from "node:path";
import type { Subject } from "#dsl/compiler/plan/action.js";
import type { Prepared } from "../data/prepared.js";
import type { Compared, Measure } from "../inference/measuring/comparison.js";
import type { ModelHandle } from "../models/model-handle.js";
import { RunFolder } from "../runs/run-folder.js";
import { keepScoredData } from "../runs/scored-data.js";
import { appendScore, type AttackScores, type SliceScores } from "../runs/history/run-scores.js";
import { drawnOf } from "./report.js";

/** Keeps scores with the run that made the weights; a model that was never trained has none. */
export function rememberScores(
  { weights }: ModelHandle,
  subject: Subject,
  of: {
    readonly prepared: Prepared;
    readonly rows: number;
    readonly slices: readonly SliceScores[];
    readonly attacks?: readonly AttackScores[];
    /** Where relative folders start. */
    readonly home: string;
  },
  measures: readonly Measure[],
  drawn: Compared,
): void {
  if (!weights || !("data" in subject)) return;
  const metrics = measures.map((measure) => {
    const { value, interval } = drawnOf(drawn, measure).score;
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
  appendScore(RunFolder.open(weights.folder), {
    at: new Date().toISOString(),
    step: weights.checkpoint.position.step,
    data: subject.data.name,
    split: subject.split,
    dataHash: of.prepared.facts.hash,
    rows: of.rows,
    metrics: Object.fromEntries(metrics),
    ...(of.slices.length > 0 && { slices: of.slices }),
    ...(of.attacks && { attacks: of.attacks }),
  });
  const folder = resolve(of.home, subject.data.folder);
  keepScoredData(weights.folder, of.prepared.facts.hash, { ...subject.data, folder });
}
