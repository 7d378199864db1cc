/** How much of a text a base was trained to read, as its tokenizer's settings say (`model_max_length`). */
import { join } from "node:path";
import { recordOf } from "../tensors/model-file.js";

/** What texts are cut at where nothing is written. */
const USUAL = 512;
/** What savings here write beside the weights (kernel/runs/learnt-rows.ts). */
const OURS = "learnt.json";

/**
 * Undefined: they don't say, or only what the tokenizer could take. A folder that was saved here says what its model was
 * trained with; of others a number counts that is less than the usual.
 */
export function readsOf(folder: string, names: ReadonlySet<string>, positions: number): number | undefined {
  const said = names.has("tokenizer_config.json")
    ? recordOf(join(folder, "tokenizer_config.json"))?.["model_max_length"]
    : undefined;
  if (typeof said !== "number" || !Number.isInteger(said) || said < 4 || said > positions) return undefined;
  return names.has(OURS) || said < USUAL ? said : undefined;
}
