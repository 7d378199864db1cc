/** Detects scored rows that are among a model's training rows, by the hashes stored with its weights. */
import { dirname, resolve } from "node:path";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import type { BaseModel } from "../../bases/base.js";
import {
  readTrainingRowRecord,
  readTrainingRowRecordOfStart,
  countSeenRows,
  type TrainingRowRecord,
} from "../../runs/learnt-rows.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { rowHashesOf, type PreparedDataSplit } from "../../runs/split-rows.js";

export interface TrainingRowOverlap {
  readonly seen: number;
  readonly of: number;
  /** Estimated from a sample of the training rows. */
  readonly about: boolean;
  /** The run that trained on them; null if its name is unknown. */
  readonly run: string | null;
}

/** Reads the stored hashes of a model's training rows, from its run or from the folders that it is composed of. */
export function readTrainingRowHashes(
  { weights, plan }: { readonly weights: TrainedWeights | null; readonly plan: ModelPlan },
  base: Pick<BaseModel, "folder">,
  home: string,
): TrainingRowRecord | null {
  if (weights) return readTrainingRowRecord(weights.folder);
  const [first, ...others] = trainingRowHashesOfStart(plan, base, home);
  return first ? { ...first, rows: [first, ...others].flatMap(({ rows }) => rows) } : null;
}

/** Returns the training rows of an untrained model: those of its technique's adapter and its base model. */
export function trainingRowHashesOfStart(
  model: ModelPlan,
  base: Pick<BaseModel, "folder">,
  home: string,
): readonly TrainingRowRecord[] {
  const from = startFolderOf(model.technique);
  const folders = [...(from === null ? [] : [resolve(home, model.folder, from)]), base.folder];
  return folders.flatMap((folder) => readTrainingRowRecordOfStart(folder) ?? []);
}

/** Returns null if no row overlaps, or nothing is known. */
export async function overlapWithTrainingRows(
  part: PreparedDataSplit,
  { weights, learnt }: { readonly weights: TrainedWeights | null; readonly learnt: TrainingRowRecord | null },
  signal?: AbortSignal,
): Promise<TrainingRowOverlap | null> {
  const { facts } = part.prepared;
  if (!learnt || learnt.rows.length === 0) {
    // A private run records no row hashes, but its own training split is known to overlap.
    const rows = facts.splits[part.split]?.rows ?? 0;
    const same = weights !== null && weights.data.hash === facts.hash && isTraining(part.split, facts.splits);
    return same ? { seen: rows, of: rows, about: false, run: runOf(weights.folder) } : null;
  }
  const hashes = await rowHashesOf(part, signal);
  const found = learnt.rows
    .map((rows) => ({ ...countSeenRows(hashes, rows), rows }))
    .sort((a, b) => b.seen / Math.max(1, b.of) - a.seen / Math.max(1, a.of))[0];
  if (!found || found.seen === 0) return null;
  const { rows } = found;
  const about = rows.below !== null;
  return {
    seen: about ? Math.max(1, Math.round((found.seen / found.of) * hashes.length)) : found.seen,
    of: hashes.length,
    about,
    run: rows.run,
  };
}

function isTraining(split: string, splits: Readonly<Record<string, unknown>>): boolean {
  return split === (Object.hasOwn(splits, "train") ? "train" : "all");
}
function runOf(folder: string): string {
  return folder.slice(dirname(folder).length + 1);
}
