/** Writes a trained model as a standard folder for other programs, atomically. */
import { TRAINING_ROW_RECORD_FILE } from "../runs/learnt-rows.js";
import { checkFolderIsFree, modelFolderFiles } from "../runs/folders/model-folder.js";
import { writeStagedFolder } from "../runs/staged-folder.js";
import { type MergedModel, writeMergedModel } from "../runs/folders/merged.js";
import type { writeSavedModel } from "./saved-model.js";
import type { SaveOptions } from "./save-options.js";
import { demandFolderOfSameTraining, writeLearntRecord } from "./save-replace.js";

export async function writeMergedFolder(
  folder: string,
  { open, weights, ...settings }: Parameters<typeof writeSavedModel>[1],
  options: SaveOptions = {},
): Promise<MergedModel> {
  const { plan, labels } = weights;
  demandFolderOfSameTraining(folder, weights, options);
  checkFolderIsFree(folder, modelFolderFiles(settings.base));
  const write = async (work: string): Promise<MergedModel> => {
    const made = await writeMergedModel(work, { ...settings, session: open.session, plan, labels });
    await writeLearntRecord(work, weights);
    return { ...made, folder };
  };
  return writeStagedFolder(folder, write, [TRAINING_ROW_RECORD_FILE]);
}
