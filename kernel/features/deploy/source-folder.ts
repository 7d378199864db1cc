/**
 * The folder that a deployment is made from: config, tokenizer and chat template, the full model if it can be merged,
 * and the adapter.
 */
import { mkdirSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { ADAPTER_FILES, writeAdapter } from "../../runs/folders/adapter-folder.js";
import { modelConfigJsonText } from "../../runs/folders/config-text.js";
import { writeMergedModel } from "../../runs/folders/merged.js";
import { modelConfigOf } from "../../runs/folders/model-config.js";
import { companionFiles, copyCompanionFiles, writeModelFolder } from "../../runs/folders/model-folder.js";
import { jinjaTemplateOf, writeChatTemplate } from "../../deployments/jinja.js";
import { parseJsonAs, jsonObject } from "../../fetch/json.js";
import type { OpenedRun } from "../../models/opened-run.js";

/** Writes the folder. `around`: why the full model is not in it; null if it is. `adapter`: the adapter's files, if any. */
export async function writeSourceFolder(
  folder: string,
  opened: OpenedRun,
  template: ModelToDeploy["chat"] | null,
): Promise<{ readonly around: string | null; readonly adapter: readonly string[] | null }> {
  const { open, weights, base } = opened;
  const { model } = weights.plan.recipe;
  mkdirSync(folder, { recursive: true });
  const around = await wholeIn(folder, opened);
  if (around !== null) {
    await writeFileAtomic(join(folder, "config.json"), modelConfigJsonText(modelConfigOf(model, base, weights.labels)));
    await copyCompanionFiles(folder, { from: base.folder, files: companionFiles(base), maxLength: model.max_length });
  }
  // Tune's template words are exported as Jinja templates, which other tools can read.
  if (template && model.template)
    await writeChatTemplate(folder, await jinjaTemplateOf(template, opened.tokenizer.specials));
  if (!open.folder.adapter) return { around, adapter: null };
  await writeAdapter(join(folder, "adapter"), open.session, open.folder.adapter);
  return { around, adapter: Object.values(ADAPTER_FILES) };
}

/** The config and the other files of the folder, except the adapter's. */
export async function sourceFilesIn(folder: string): Promise<Pick<ModelToDeploy, "config" | "files" | "file">> {
  return {
    config: parseJsonAs(await readFile(join(folder, "config.json"), "utf8"), jsonObject),
    files: readdirSync(folder).filter((name) => name !== "config.json" && name !== "adapter"),
    file: (name) => readFile(join(folder, name)),
  };
}

/** Writes the full model. If the trained parameters can't be merged, writes nothing and returns the reason. */
async function wholeIn(folder: string, { open, weights, base, body, engine }: OpenedRun): Promise<string | null> {
  const { plan, labels } = weights;
  const { storage } = plan.recipe.model;
  const { word } = body.technique.call;
  if (open.folder.whole) {
    await writeModelFolder(folder, open.session, open.folder.whole);
    return null;
  }
  if (weightStorageOf(storage).weights !== "f32") return `${word} over weights stored as ${storage?.word ?? "f32"}`;
  try {
    await writeMergedModel(folder, { engine, session: open.session, body, plan, base, labels });
    return null;
  } catch (error) {
    if (error instanceof CodedError && error.code === "cannot-merge") return word;
    throw error;
  }
}
