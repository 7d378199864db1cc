/** Checks the owner of the folder that a model is saved to: another model is overwritten only on request. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { ADAPTER_FILES } from "../runs/folders/adapter-folder.js";
import { TRAINING_ROW_RECORD_FILE, readTrainingRowRecord, writeTrainingRowRecord } from "../runs/learnt-rows.js";
import { MODEL_FILES } from "../runs/folders/model-folder.js";
import type { TrainedWeights } from "../runs/weights.js";
import { RunFolder } from "../runs/run-folder.js";
import type { SaveOptions } from "./save-options.js";

/** Accepts a folder to which the same training was saved before. Throws the coded error `folder-of-another`. */
export function demandFolderOfSameTraining(
  folder: string,
  weights: Pick<TrainedWeights, "folder">,
  { replace = false }: SaveOptions = {},
): void {
  const holds = [MODEL_FILES.config, ADAPTER_FILES.config].some((name) => existsSync(join(folder, name)));
  if (replace || !holds) return;
  const ownName = nameOf(weights);
  const other = readTrainingRowRecord(folder)?.model ?? null;
  if (other !== ownName) throw new CodedError("folder-of-another", { folder, other, own: ownName });
}

/** Records in a saved folder which training wrote it and its training rows; removes the record if the run has none. */
export async function writeLearntRecord(folder: string, weights: Pick<TrainedWeights, "folder">): Promise<void> {
  const learnt = readTrainingRowRecord(weights.folder);
  if (learnt) await writeTrainingRowRecord(folder, learnt);
  else await rm(join(folder, TRAINING_ROW_RECORD_FILE), { force: true });
}

/** Returns the training's name; for a trial, its sweep's name. */
function nameOf({ folder }: Pick<TrainedWeights, "folder">): string {
  const lock = RunFolder.open(folder).lock();
  return readTrainingRowRecord(folder)?.model ?? lock?.trial?.sweep ?? lock?.name ?? "";
}

/** Throws the coded errors `cannot-write` and `disk-full`. */
export async function withWriteErrors<T>(folder: string, write: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await write(folder);
  } catch (error) {
    throw diskError(error, folder);
  }
}
