/** How a plan's texts become rows: its tokenizer, its length, what its task teaches and the token that ends a text. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { readerOf } from "#dsl/types/subject.js";
import type { Call } from "#dsl/types/value.js";
import type { Base } from "../core/bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { chatOf } from "./chat.js";
import type { Encoding } from "./encoded.js";
import { typesOf, type Reading } from "../core/session/token-types.js";
import { does } from "../core/session/words.js";

export async function encodingOf(
  plan: Reading,
  base: Base,
  tokenizer: Tokenizer,
  labels: readonly string[],
  model: string,
): Promise<Encoding> {
  const { task, max_length } = plan.recipe.model;
  const implementation = await does(task, "task");
  return {
    tokenizer,
    maxLength: max_length,
    task: { call: task, implementation },
    labels,
    types: await typesOf(plan, base),
    end: endToken(base.facts.config),
    model,
    chat: await chatOf(readerOf(plan.recipe.model), base, tokenizer),
    ...(implementation.supervision.rows === "pairs" && { pairs: { prefix: prefixOf(task), start: startOf(base) } }),
  };
}

/** What stands before every input of a task that makes a text of a text. */
export function prefixOf(task: Call): string {
  const { prefix } = task.arguments;
  return typeof prefix === "string" ? prefix : "";
}

/** The token that a decoder begins with: config.json names it, or it is the padding's. */
export function startOf(base: Base): number {
  const { decoder_start_token_id: start, pad_token_id: pad } = base.facts.config;
  const id = start ?? pad;
  if (typeof id === "number") return id;
  throw new CodedError("no-decoder-start", { base: base.folder });
}

/** Whether a task reads the texts of a row each by itself. */
export async function readsApart(task: Call): Promise<boolean> {
  return (await does(task, "task")).supervision.rows === "apart";
}
/** config.json gives one id, or a list of which the first ends a text in training. */
export function endToken(config: Readonly<Record<string, unknown>>): number | null {
  const [first] = endsOf(config);
  return first ?? null;
}
/** All tokens at which a text that is written ends. */
export function endsOf(config: Readonly<Record<string, unknown>>): ReadonlySet<number> {
  const given = config["eos_token_id"];
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return new Set(all.filter((id): id is number => typeof id === "number"));
}
