/**
 * A trained model as a standard folder: `config.json`, `model.safetensors` and the tokenizer's files
 * (`model_max_length` is the maximum text length in training). transformers and `base:` load it. For a model from
 * scratch it is written with the checkpoints. For other fully trained models it is created when another model starts
 * from them, or when they are saved. Techniques that train few weights write an adapter instead.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import type { BaseModel } from "../../bases/base.js";
import type { EngineSession } from "../../engines/engine.js";
import { copyWithUsualMode } from "../../fetch/private.js";
import { readModelJsonObject } from "../../tensors/model-file.js";
import { modelConfigJsonText } from "./config-text.js";
import { TRAINING_ROW_RECORD_FILE } from "../learnt-rows.js";
import { modelConfigOf } from "./model-config.js";
import { isStagingName, writeStagedFolder } from "../staged-folder.js";
import { withFoldedStandardisation, type StandardisedHeadStateNames } from "../standardised-weights.js";

export interface WholeModelFolderContent {
  /** Maps each state to its tensor in the file. */
  readonly names: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the files that are copied unchanged. */
  readonly from: string;
  readonly files: readonly string[];
  readonly standardised: StandardisedHeadStateNames | null;
  readonly maxLength: number;
}

const SETTINGS = "tokenizer_config.json";
export const MODEL_FILES = { weights: "model.safetensors", config: "config.json" } as const;
const CARD = "README.md";

/** Returns null if the technique trains a part of the model. */
export function wholeModelToSave(options: {
  readonly model: ModelPlan;
  readonly base: BaseModel;
  readonly technique: TechniqueImplementation;
  readonly labels: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
  readonly standardised: StandardisedHeadStateNames | null;
}): WholeModelFolderContent | null {
  if (options.technique.saved !== "model") return null;
  const { saved: names, standardised, base } = options;
  return {
    names,
    standardised,
    config: modelConfigOf(options.model, base, options.labels),
    from: base.folder,
    files: companionFiles(base),
    maxLength: options.model.max_length,
  };
}

/** Files of the base that also apply to the trained model: those of its tokenizer, and its generation settings. */
export function companionFiles(base: BaseModel): readonly string[] {
  return base.files.filter((name) => BESIDE.test(name));
}
const BESIDE =
  /^(tokenizer|vocab|merges|special_tokens|added_tokens|spiece|sentencepiece|chat_template|generation_config)[\w.-]*$/;

/**
 * Copies the files. The tokenizer's settings then contain the model's maximum number of tokens, and the class that
 * reads tokenizer.json unchanged: without a class, transformers guesses one by the model's family and builds another
 * tokenizer.
 */
export async function copyCompanionFiles(
  folder: string,
  options: { readonly from: string; readonly files: readonly string[]; readonly maxLength: number },
): Promise<void> {
  for (const name of options.files)
    if (name !== SETTINGS && resolve(options.from) !== resolve(folder))
      await copyWithUsualMode(join(options.from, name), join(folder, name));
  const tokenizerConfig = readModelJsonObject(join(options.from, SETTINGS)) ?? {};
  const guessed = tokenizerConfig["tokenizer_class"] === undefined && options.files.includes("tokenizer.json");
  const settings = { ...(guessed && asItIs(options.from)), ...tokenizerConfig, model_max_length: options.maxLength };
  await writeFileAtomic(join(folder, SETTINGS), `${JSON.stringify(settings, null, 2)}\n`);
}
function asItIs(from: string): Readonly<Record<string, unknown>> {
  const types =
    Number(readModelJsonObject(join(from, MODEL_FILES.config))?.["type_vocab_size"] ?? 0) > 1 ? ["token_type_ids"] : [];
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_input_names: ["input_ids", ...types, "attention_mask"],
  };
}

/** All files of such a folder, except the model card. */
export function modelFolderFiles(base: BaseModel): readonly string[] {
  return [
    ...new Set([MODEL_FILES.weights, MODEL_FILES.config, SETTINGS, TRAINING_ROW_RECORD_FILE, ...companionFiles(base)]),
  ];
}

/** Checks that a folder contains only such files and a model card. Throws the coded error `folder-taken`. */
export function checkFolderIsFree(folder: string, files: readonly string[]): void {
  const others = (existsSync(folder) ? readdirSync(folder) : []).filter(
    (name) => name !== CARD && !files.includes(name) && !isStagingName(name),
  );
  if (others.length > 0) throw new CodedError("folder-taken", { folder, has: others });
}

/** Writes the session's present weights; an existing folder is replaced. */
export async function writeModelFolder(
  folder: string,
  session: EngineSession,
  whole: WholeModelFolderContent,
): Promise<void> {
  const { names, standardised } = whole;
  await writeStagedFolder(folder, async (work) => {
    await withFoldedStandardisation(session, standardised, () =>
      session.save(join(work, MODEL_FILES.weights), Object.keys(names), { format: "pt" }, names),
    );
    await copyCompanionFiles(work, { from: whole.from, files: whole.files, maxLength: whole.maxLength });
    await writeFileAtomic(join(work, MODEL_FILES.config), modelConfigJsonText(whole.config));
  });
}
