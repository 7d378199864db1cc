/** A run's folder: opens the trained model for inference, without gradients and optimizer states. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { buildEvaluateProgram } from "#stdlib/programs/evaluate.js";
import { answerTypeOf } from "#stdlib/targets/shared/model-type.js";
import { ADAPTER_FILES } from "../../../runs/folders/adapter-folder.js";
import { readCalibration } from "../../../runs/calibration.js";
import { modelConfigOf } from "../../../runs/folders/model-config.js";
import { RunFolder } from "../../../runs/run-folder.js";
import { weightBytes } from "../../../bases/base.js";
import { plainHostContext } from "../../../host/host-context.js";
import { queuedTokenizerOf } from "../../../inference/gathering/merged-encoding.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { loadRunWeights } from "../../../models/loaded-run.js";
import { assembleOptionsOf, frozenWeightStoreId } from "../../../models/program-parts.js";
import { writesTexts } from "../model-types.js";
import { isMultiLabel, acceptedInputEncodings, type ModelSource } from "./model-source.js";
import { openPrograms } from "./open-programs.js";
import { writerSharingOf } from "./shared-writer.js";
import { openWriter } from "./writer.js";

/** Coded errors: those of runs, bases and tokenizers, `folder-not-served`. */
export async function findRunSource(folder: string, datasets: DatasetCache): Promise<ModelSource> {
  const weights = loadRunWeights(folder);
  const { plan, labels, checkpoint } = weights;
  const { model } = plan.recipe;
  const lock = RunFolder.open(folder).lock();
  const context = plainHostContext(model.folder);
  const base = await datasets.base(dataReadingSettingsOf(model), context);
  const tokenizer = queuedTokenizerOf(await datasets.tokenizer(base));
  const config = modelConfigOf(model, base, labels);
  const store = await frozenWeightStoreId(model, base);
  const fitted = readCalibration(weights.folder, checkpoint.position.step);
  const predictor = { plan, labels, base, tokenizer, fitted };
  const sort = answerTypeOf(config);
  const over = { model, base, store, checkpoint: checkpoint.file };
  const writer = writesTexts(sort) ? { ...over, tokenizer, folder } : null;
  const file = join(RunFolder.open(folder).adapter, ADAPTER_FILES.weights);
  const adapter = existsSync(file) ? { call: model.technique, file } : null;
  return {
    folder,
    name: lock?.name ?? model.name,
    facts: {
      sort,
      labels,
      several: isMultiLabel(config),
      maxLength: model.max_length,
      root: store === null ? null : model.base,
      created: Date.parse(lock?.started ?? "") || 0,
    },
    clean: plan.recipe.data.clean,
    tokenizer,
    ways: acceptedInputEncodings(predictor, sort),
    // Generation computes in f32, whatever the training's precision.
    precision: !writesTexts(sort) && plan.recipe.training.precision === "bf16" ? "bf16" : "f32",
    inEngine: true,
    beside: writer && adapter && writerSharingOf(writer, adapter),
    async open(engine, options) {
      if (writer) return openWriter(await engine(), writer, options);
      const evaluate = buildEvaluateProgram(await assembleOptionsOf(plan, base, labels, model.folder), false);
      const session = await openPrograms(await engine(), { ...over, programs: { evaluate } });
      return {
        session,
        weights: { source: store ?? folder, bytes: weightBytes(base.facts) },
        ended: null,
        close: () => session.dispose(),
      };
    },
  };
}
