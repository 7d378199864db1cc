/** What an encoder-decoder reads besides a text: the prefix of its inputs and the first token of its decoder. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Base } from "../../bases/base.js";

/** The text before every input of a task that rewrites texts. */
export function inputPrefixOf(task: Call): string {
  const { prefix } = task.arguments;
  return typeof prefix === "string" ? prefix : "";
}

/** The first token of the decoder: config.json names it, or it is the padding token. Coded error `no-decoder-start`. */
export function decoderStartToken(base: Base): number {
  const { decoder_start_token_id: start, pad_token_id: pad } = base.facts.config;
  const id = start ?? pad;
  if (typeof id === "number") return id;
  throw new CodedError("no-decoder-start", { base: base.folder });
}
