/** Additional inputs of encoder-decoder models: the prefix of texts and the first token of the decoder. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../bases/base.js";

/** Returns the text before every input of a text-to-text task. */
export function inputPrefixOf(task: Call): string {
  const { prefix } = task.arguments;
  return typeof prefix === "string" ? prefix : "";
}

/** Returns the decoder's first token from config.json, or the padding token. Coded error `no-decoder-start`. */
export function decoderStartToken(base: BaseModel): number {
  const { decoder_start_token_id: start, pad_token_id: pad } = base.facts.config;
  const id = start ?? pad;
  if (typeof id === "number") return id;
  throw new CodedError("no-decoder-start", { base: base.folder });
}
