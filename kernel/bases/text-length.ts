/** Reads the maximum text length a base was trained with, from its tokenizer's settings (`model_max_length`). */
import { join } from "node:path";
import { readModelJsonObject } from "../tensors/model-file.js";

/** Maximum tokens of a text if the recipe sets none. */
const USUAL = 512;
/** File that Tunebook writes next to saved weights (kernel/runs/learnt-rows.ts). */
const OURS = "learnt.json";

/**
 * Returns the maximum length in tokens, or undefined if the settings give none or only the tokenizer's limit. For a
 * folder saved by Tunebook, the value is the training length; for others it counts only below the default of 512.
 */
export function readMaxTextTokens(folder: string, names: ReadonlySet<string>, positions: number): number | undefined {
  const maxTokens = names.has("tokenizer_config.json")
    ? readModelJsonObject(join(folder, "tokenizer_config.json"))?.["model_max_length"]
    : undefined;
  if (typeof maxTokens !== "number" || !Number.isInteger(maxTokens) || maxTokens < 4 || maxTokens > positions)
    return undefined;
  return names.has(OURS) || maxTokens < USUAL ? maxTokens : undefined;
}
