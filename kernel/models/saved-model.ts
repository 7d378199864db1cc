/** Saves a trained model as a folder for storage or sharing: the complete model or its adapter, and the model card. */
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { RunFolder } from "../runs/run-folder.js";
import { ADAPTER_FILES, writeAdapter } from "../runs/folders/adapter-folder.js";
import type { BaseModel } from "../bases/base.js";
import type { Engine } from "../engines/engine.js";
import { writeModelCardOfRun, savedFormatOf } from "../runs/history/run-description.js";
import { TRAINING_ROW_RECORD_FILE } from "../runs/learnt-rows.js";
import { canMergeInPlace, writeMergedModel, type ModelAssemblyOptions } from "../runs/folders/merged.js";
import { checkFolderIsFree, modelFolderFiles, writeModelFolder } from "../runs/folders/model-folder.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { OpenModel } from "./open-model.js";
import type { SaveOptions } from "./save-options.js";
import { demandFolderOfSameTraining, writeLearntRecord } from "./save-replace.js";
import { writeStagedFolder } from "../runs/staged-folder.js";

export interface SavedModel {
  readonly folder: string;
  readonly holds: "model" | "adapter";
}

/**
 * Rewrites a folder that was saved before. Throws the coded errors `folder-taken`, `folder-of-another` and `no-space`.
 */
export async function writeSavedModel(
  folder: string,
  settings: {
    readonly engine: Engine;
    readonly open: OpenModel;
    readonly weights: TrainedWeights;
    readonly body: ModelAssemblyOptions;
    readonly base: BaseModel;
  },
  options: SaveOptions = {},
): Promise<SavedModel> {
  const { open, weights, body, base } = settings;
  const { plan, labels, data, events, checkpoint } = weights;
  const card = { plan, run: RunFolder.open(weights.folder), data, events, checkpoint };
  const {
    session,
    folder: { adapter, whole },
  } = open;
  demandFolderOfSameTraining(folder, weights, options);
  // A base with quantized weights in memory lacks the precision of a complete model.
  if (
    adapter &&
    !(
      weightStorageOf(plan.recipe.model.storage).weights === "f32" && canMergeInPlace(body, base, open.states.trainable)
    )
  ) {
    checkFolderIsFree(folder, [...Object.values(ADAPTER_FILES), TRAINING_ROW_RECORD_FILE]);
    await writeStagedFolder(
      folder,
      async (work) => {
        await writeAdapter(work, session, adapter);
        await writeLearntRecord(work, weights);
        await writeModelCardOfRun(work, { ...card, saved: savedFormatOf(adapter) });
      },
      [TRAINING_ROW_RECORD_FILE],
    );
    return { folder, holds: "adapter" };
  }
  checkFolderIsFree(folder, modelFolderFiles(base));
  await writeStagedFolder(
    folder,
    async (work) => {
      if (whole) await writeModelFolder(work, session, whole);
      else await writeMergedModel(work, { engine: settings.engine, session, body, plan, base, labels });
      await writeLearntRecord(work, weights);
      await writeModelCardOfRun(work, { ...card, saved: "whole" });
    },
    [TRAINING_ROW_RECORD_FILE],
  );
  return { folder, holds: "model" };
}
