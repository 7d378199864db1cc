/** A run's folder: what it trained, opened to be asked, without its gradients and moments. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readerOf } from "#dsl/language/types/subject.js";
import { buildEvaluate } from "#stdlib/programs/evaluate.js";
import { sortOf } from "#stdlib/targets/shared/model-type.js";
import { ADAPTER } from "../../../runs/folders/adapter-folder.js";
import { readCalibration } from "../../../runs/calibration.js";
import { configOf } from "../../../runs/folders/model-config.js";
import { RunFolder } from "../../../runs/run-folder.js";
import { weightBytes } from "../../../bases/base.js";
import { plainHostContext } from "../../../host/host-context.js";
import { mergedEncoding } from "../../../inference/gathering/merged-encoding.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { loadedWeights } from "../../../models/loaded-run.js";
import { partsOf, storeOf } from "../../../models/open-model.js";
import { writesTexts } from "../model-types.js";
import { severalIn, waysOf, type Found } from "./model-source.js";
import { openOver } from "./open-programs.js";
import { besideOthers } from "./shared-writer.js";
import { openWriter } from "./writer.js";

/** Coded errors: those of runs, bases and tokenizers, `folder-not-served`. */
export async function foundRun(folder: string, datasets: DatasetCache): Promise<Found> {
  const weights = loadedWeights(folder);
  const { plan, labels, checkpoint } = weights;
  const { model } = plan.recipe;
  const lock = RunFolder.open(folder).lock();
  const context = plainHostContext(model.folder);
  const base = await datasets.base(readerOf(model), context);
  const tokenizer = mergedEncoding(await datasets.tokenizer(base));
  const config = configOf(model, base, labels);
  const store = await storeOf(model, base);
  const fitted = readCalibration(weights.folder, checkpoint.position.step);
  const asked = { plan, labels, base, tokenizer, fitted };
  const sort = sortOf(config);
  const over = { model, base, store, checkpoint: checkpoint.file };
  const writer = writesTexts(sort) ? { ...over, tokenizer, folder } : null;
  const file = join(RunFolder.open(folder).adapter, ADAPTER.weights);
  const adapter = existsSync(file) ? { call: model.technique, file } : null;
  return {
    folder,
    name: lock?.name ?? model.name,
    facts: {
      sort,
      labels,
      several: severalIn(config),
      maxLength: model.max_length,
      root: store === null ? null : model.base,
      created: Date.parse(lock?.started ?? "") || 0,
    },
    clean: plan.recipe.data.clean,
    tokenizer,
    ways: waysOf(asked, sort),
    // What writes computes in f32, however it was trained.
    precision: !writesTexts(sort) && plan.recipe.training.precision === "bf16" ? "bf16" : "f32",
    inEngine: true,
    beside: writer && adapter && besideOthers(writer, adapter),
    async open(engine, o) {
      if (writer) return openWriter(await engine(), writer, o);
      const evaluate = buildEvaluate(await partsOf(plan, base, labels, model.folder), false);
      const session = await openOver(await engine(), { ...over, programs: { evaluate } });
      return {
        session,
        weights: { of: store ?? folder, bytes: weightBytes(base.facts) },
        ended: null,
        close: () => session.dispose(),
      };
    },
  };
}
