/** Options that determine how a plan's texts become rows: tokenizer, length, the task's targets and the end token. */
import { dataReaderOf } from "#dsl/language/types/subject.js";
import type { Base } from "../../bases/base.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { chatEncodingOf } from "./chat.js";
import { rowEncoderOf } from "./row-formats/row-encoders.js";
import type { RowEncoding } from "./rows.js";
import { usesTokenTypes, type TextReadingPlan } from "../../bases/token-types.js";
import { loadImplementation } from "../../host/load-implementation.js";

export async function encodingOf(
  plan: TextReadingPlan,
  base: Base,
  tokenizer: Tokenizer,
  labels: readonly string[],
  model: string,
): Promise<RowEncoding> {
  const { task, max_length } = plan.recipe.model;
  const implementation = await loadImplementation(task, "task");
  const pairs = rowEncoderOf(implementation).decoderInput?.(task, base);
  return {
    tokenizer,
    maxLength: max_length,
    task: { call: task, implementation },
    labels,
    types: await usesTokenTypes(plan, base),
    end: endTokenId(base.facts.config),
    model,
    chat: await chatEncodingOf(dataReaderOf(plan.recipe.model), base, tokenizer),
    ...(pairs && { pairs }),
  };
}

/** config.json gives one id or a list; training ends texts with the first. */
export function endTokenId(config: Readonly<Record<string, unknown>>): number | null {
  const [first] = endTokenIds(config);
  return first ?? null;
}
/** Returns all tokens that end a generated text. */
export function endTokenIds(config: Readonly<Record<string, unknown>>): ReadonlySet<number> {
  const given = config["eos_token_id"];
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return new Set(all.filter((id): id is number => typeof id === "number"));
}
