/**
 * Checks a folder of model files: whether they are complete, their model family and size. Reads headers and hashes;
 * loads no weights.
 */
import { createHash } from "node:crypto";
import { closeSync, fstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { readHeader } from "../tensors/safetensors.js";
import { cachedSha256Of } from "../fetch/hashed.js";
import type { BaseModel } from "./base.js";
import { MODEL_CONFIG_JSON_LIMITS, VOCABULARY_JSON_LIMITS } from "../tensors/json-limits.js";
import { chatTemplateIn } from "./chat-template.js";
import { embeddingFactsOf, MODULES_FILE } from "./embedding.js";
import { familyOf } from "./family.js";
import { openModelFile, readModelJsonObject } from "../tensors/model-file.js";
import { headLabelsByTask } from "./own-heads.js";
import { noSafetensorsError } from "./hub-files.js";
import { readMaxTextTokens } from "./text-length.js";
import { tokenizerHashOf } from "./tokens.js";
import { shardPathsOf } from "../tensors/shards.js";

/** Files other than the weights that affect a model's outputs or its reading of texts. */
const read = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
  "chat_template.json",
  "model.safetensors.index.json",
  MODULES_FILE,
];

/**
 * Throws the coded errors `base-incomplete`, `base-pickled`, `base-damaged`, `unknown-architecture`, and those of
 * safetensors files and of the model family.
 */
export async function openBase(folder: string, from: BaseModel["from"], registry: Registry): Promise<BaseModel> {
  const names = new Set(await readdir(folder));
  const config = readModelJsonObject(join(folder, "config.json"));
  if (!config)
    throw new CodedError("base-incomplete", {
      folder,
      missing: "config.json",
      ...(names.has("adapter_config.json") && { adapter: true as const }),
    });
  const word = familyOf(config, registry);
  const family = await loadWordImplementation(word);
  const sizes = family.sizes(family.config(config));
  const shards = shardPathsOf(folder, names);
  if (!shards && !names.has("model.safetensors")) throw noSafetensorsError(folder, names);
  const weights = shards ? [...new Set(shards.values())].sort() : ["model.safetensors"];
  const shapes: Record<string, readonly number[]> = {};
  let parameters = 0;
  const buffers = word.capabilities?.buffers;
  for (const name of weights) {
    const { tensors } = readHeader(join(folder, name));
    for (const [tensor, shard] of shards ?? [])
      if (shard === name && !Object.hasOwn(tensors, tensor))
        throw new CodedError("base-damaged", {
          file: join(folder, name),
          why: `${tensor} is missing in it, although the index lists it`,
        });
    for (const [tensor, place] of Object.entries(tensors)) {
      if (buffers?.test(tensor)) continue;
      shapes[tensor] = place.shape;
      // Tensors of integers are buffers (position ids), not parameters.
      if (/^B?F/.test(place.dtype)) parameters += place.shape.reduce((a, b) => a * b, 1);
    }
  }
  const embedding = embeddingFactsOf(folder, names);
  const reads = readMaxTextTokens(folder, names, sizes.positions);
  const heads = await headLabelsByTask({ family: word.name, config, shapes }, registry);
  const files = [...read.filter((name) => names.has(name)), ...weights];
  const hash = await hashOf(folder, files);
  const tokens = names.has("tokenizer.json") ? await tokenizerHashOf(join(folder, "tokenizer.json")) : undefined;
  return {
    folder,
    files,
    hash,
    from,
    facts: {
      folder,
      hash,
      family: word.name,
      config,
      parameters,
      shapes,
      hasTokenizer: names.has("tokenizer.json"),
      ...(tokens !== undefined && { tokens }),
      chatTemplate: chatTemplateIn(folder) !== null,
      positions: sizes.positions,
      ...(reads !== undefined && { reads }),
      ...(embedding && { embedding }),
      ...(heads && { heads }),
    },
  };
}

/** Refuses oversized settings files early, because hashing one could take minutes. Coded error `base-damaged`. */
function demandSize(file: string, name: string, size: number): void {
  if (name.endsWith(".safetensors")) return;
  const most = (name === "tokenizer.json" ? VOCABULARY_JSON_LIMITS : MODEL_CONFIG_JSON_LIMITS).bytes;
  if (size > most)
    throw new CodedError("base-damaged", { file, why: `it has more than ${String(most / 2 ** 20)} MiB` });
}

function missing(folder: string, name: string): never {
  throw new CodedError("base-incomplete", { folder, missing: name });
}

/**
 * Returns a hash of file names and contents. A file that is unchanged since its last read is not read again by this
 * process.
 */
async function hashOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of files) {
    const file = join(folder, name);
    const fd = openModelFile(file) ?? missing(folder, name);
    const { size } = fstatSync(fd);
    closeSync(fd);
    demandSize(file, name, size);
    hash.update(`${name}\0${await cachedSha256Of(file)}\n`);
  }
  return hash.digest("hex");
}
