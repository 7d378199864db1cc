/** Opens a model folder for a forward pass: config.json and weights; no tokenizer is needed, nothing is fetched. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { implementationOf, mustFindWord } from "#dsl/language/types/loaded.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ModelImplementation } from "#stdlib/models/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import type { TechniqueImplementation } from "#stdlib/techniques/kind.js";
import { assembleBodyProgram, assembleForwardProgram } from "#stdlib/programs/forward.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import { readQuantizedConfig } from "#stdlib/models/shared/quantized-weights.js";
import { registry } from "#stdlib/registry.js";
import { readHeader, weightFiles } from "../../tensors/safetensors.js";
import { readModelJsonObject } from "#kernel/tensors/model-file.js";
import { noSafetensorsError } from "#kernel/bases/hub-files.js";
import type { ForwardLimits } from "./batch.js";

export interface ModelFolder {
  readonly limits: ForwardLimits;
  /**
   * Inputs input_ids, attention_mask, and token_type_ids if requested. Output `logits` (with start_logits and
   * end_logits for question answering), or without a head `last_hidden_state`.
   */
  program(tokenTypes: boolean): Program;
}

/**
 * Throws the coded errors `base-incomplete`, `base-pickled`, `base-damaged`, `unknown-architecture`, those of the
 * family's config, `weights-…`.
 */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const config = readConfig(folder);
  const family = await familyOf(config);
  const parsed = family.config(config);
  const shapes: Record<string, readonly number[]> = {};
  const names = readdirSync(folder);
  if (!names.some((name) => name.endsWith(".safetensors"))) throw noSafetensorsError(folder, names);
  for (const file of weightFiles(folder))
    for (const [name, { shape }] of Object.entries(readHeader(file).tensors)) shapes[name] = shape;
  const prefixInCheckpoint = Object.keys(shapes).some((name) => name.startsWith(family.prefix));
  const head =
    family.shape === "encoder-decoder"
      ? await taskNamed("text2text_generation")
      : ((await headOf(family, shapes, config)) ?? (await decodingHead(family, parsed, shapes)));
  const { vocabulary, positions, types = 0 } = family.sizes(parsed);
  const rounding = readQuantizedConfig(config)?.activations;
  const common = { family, config: parsed, prefixInCheckpoint, tensors: shapes, ...(rounding && { rounding }) };
  return {
    limits: { vocabulary, positions, types, decoder: family.shape === "encoder-decoder" },
    program: (tokenTypes) =>
      head
        ? assembleForwardProgram(
            { ...common, task: head.task, technique: untouched, labels: head.labels, seed: 0 },
            tokenTypes,
          )
        : assembleBodyProgram({ ...common, tokenTypes }),
  };
}

/** No technique: the model is unchanged. */
const untouched: { readonly call: Call; readonly implementation: TechniqueImplementation } = {
  call: { kind: "technique", word: "full", arguments: {} },
  implementation: { trains: () => false, around: (_, layers) => layers, saved: "model" },
};

function readConfig(folder: string): Readonly<Record<string, unknown>> {
  const config = readModelJsonObject(join(folder, "config.json"));
  if (!config) throw new CodedError("base-incomplete", { folder, missing: "config.json" });
  return config;
}

async function familyOf(config: Readonly<Record<string, unknown>>): Promise<ModelImplementation> {
  const models = registry.ofKind("model").filter((w) => !w.planned);
  const modelType = config["model_type"];
  const word = models.find((w) => w.capabilities?.modelType === modelType);
  if (word?.load) return await word.load();
  throw new CodedError("unknown-architecture", {
    architecture: typeof modelType === "string" ? modelType : "(no model_type in config.json)",
    has: models.map((w) => w.name),
  });
}

/**
 * Returns the task of the checkpoint's head, by `architectures` of config.json or else by tensor names, and its number
 * of labels.
 */
async function headOf(
  family: ModelImplementation,
  shapes: Readonly<Record<string, readonly number[]>>,
  config: Readonly<Record<string, unknown>>,
): Promise<{ task: { call: Call; implementation: TaskImplementation }; labels: number } | null> {
  const stated: unknown = Array.isArray(config["architectures"]) ? config["architectures"][0] : undefined;
  const named = registry.ofKind("task").filter((word) => {
    const architectures = word.capabilities?.architectures;
    return typeof stated === "string" && architectures?.some((end) => stated.endsWith(end)) === true;
  });
  const classifies = mustFindWord(registry, "task", "text_classification");
  for (const word of named.length > 0 ? named : [classifies]) {
    if (!word.load) continue;
    const implementation = await word.load();
    const paths = headPathsOf(implementation, family);
    const last = paths.at(-1) ?? "";
    const matrix = Object.entries(shapes).find(
      ([name, shape]) => shape.length === 2 && name.startsWith(`${last}.`),
    )?.[1];
    const labels = (shapes[`${last}.weight`] ?? matrix)?.[0];
    if (paths.length > 0 && labels !== undefined)
      return { task: { call: { kind: "task", word: word.name, arguments: {} }, implementation }, labels };
  }
  return null;
}

/** A decoder generates text, unless its output embedding is neither tied nor present. */
async function decodingHead(
  family: ModelImplementation,
  config: unknown,
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<{ task: { call: Call; implementation: TaskImplementation }; labels: number } | null> {
  const tied = (config as { readonly tie_word_embeddings?: unknown }).tie_word_embeddings === true;
  if (family.shape !== "decoder" || !(tied || "lm_head.weight" in shapes)) return null;
  return taskNamed("text_generation");
}

async function taskNamed(
  name: string,
): Promise<{ task: { call: Call; implementation: TaskImplementation }; labels: number }> {
  const implementation = await implementationOf(registry, "task", name);
  return { task: { call: { kind: "task", word: name, arguments: {} }, implementation }, labels: 0 };
}
