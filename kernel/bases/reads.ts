/** How much of a text a base was trained to read, as its tokenizer's settings say (`model_max_length`). */
import { join } from "node:path";
import { readModelJsonObject } from "../tensors/model-file.js";

/** What texts are cut at where nothing is written. */
const USUAL = 512;
/** What savings here write beside the weights (kernel/runs/learnt-rows.ts). */
const OURS = "learnt.json";

/**
 * Undefined: they don't say, or only what the tokenizer could take. A folder that was saved here says what its model was
 * trained with; of others a number counts that is less than the usual.
 */
export function readLengthLimitOf(folder: string, names: ReadonlySet<string>, positions: number): number | undefined {
  const maxTokens = names.has("tokenizer_config.json")
    ? readModelJsonObject(join(folder, "tokenizer_config.json"))?.["model_max_length"]
    : undefined;
  if (typeof maxTokens !== "number" || !Number.isInteger(maxTokens) || maxTokens < 4 || maxTokens > positions)
    return undefined;
  return names.has(OURS) || maxTokens < USUAL ? maxTokens : undefined;
}
