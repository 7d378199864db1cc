/** A base whose files the user gave: config.json, tokenizer.json and model.safetensors of one folder. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { loadWordImplementation } from "#dsl/language/types/loaded.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { BaseModel } from "#kernel/bases/base.js";
import { familyOf } from "#kernel/bases/family.js";
import { headLabelsByTask } from "#kernel/bases/own-heads.js";
import { registry } from "#stdlib/registry.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { disk, fileNameOf } from "../world/disk.js";
import { unpackTokenizer, type EmbeddedTokenizer } from "../world/packed-tokenizer.js";

const FILES = ["config.json", "tokenizer.json", "model.safetensors"] as const;

/** Returns the base's files that are missing on the page. */
export function missingBaseFiles(name: string): readonly string[] {
  return FILES.filter((file) => !disk.inFolder(fileNameOf(name), file));
}

/**
 * Returns the base with the actual shapes of its weights; config.json only predicts them. Throws the coded error
 * `base-incomplete` and those of safetensors files.
 * @param known facts from its config.json
 */
export async function loadGivenBase(name: string, known: BaseFacts): Promise<BaseModel> {
  const folder = fileNameOf(name);
  const [missing] = missingBaseFiles(name);
  if (missing) throw new CodedError("base-incomplete", { folder: name, missing });
  const word = familyOf(known.config, registry);
  const family = await loadWordImplementation(word);
  const buffers = word.capabilities?.buffers;
  const { tensors } = readHeader(`${folder}/model.safetensors`);
  const weights = Object.entries(tensors).filter(([tensor]) => !buffers?.test(tensor));
  const shapes = Object.fromEntries(weights.map(([tensor, { shape }]) => [tensor, shape]));
  const heads = await headLabelsByTask({ family: word.name, config: known.config, shapes }, registry);
  const { positions } = family.sizes(family.config(known.config));
  const facts = { ...known, folder, shapes, hasTokenizer: true, positions, ...(heads && { heads }) };
  return { folder, files: [...FILES], hash: known.hash, facts, from: "folder" };
}

/** Puts a base's files where the notebook's code expects them: the given ones, else the page's own. */
export async function putBaseFilesOnDisk(
  base: string,
  files: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tokenizer: EmbeddedTokenizer | undefined;
    readonly weights: Uint8Array | File | undefined;
  },
): Promise<void> {
  const folder = fileNameOf(base);
  const put = (name: string, bytes: Uint8Array | undefined): void => {
    if (bytes && !disk.inFolder(folder, name)) disk.put(`${folder}/${name}`, bytes);
  };
  put("config.json", new TextEncoder().encode(JSON.stringify(files.config)));
  put("tokenizer.json", files.tokenizer && unpackTokenizer(files.tokenizer));
  const { weights } = files;
  put("model.safetensors", weights instanceof File ? new Uint8Array(await weights.arrayBuffer()) : weights);
}
