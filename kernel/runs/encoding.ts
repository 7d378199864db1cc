/** How a plan's texts become rows: its tokenizer, its length, what its task teaches and the token that ends a text. */
import { readerOf, type Plan } from "#dsl/plan/plan.js";
import type { Base } from "../bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { chatOf } from "./chat.js";
import type { Encoding } from "./encoded.js";
import { does } from "./words.js";

export async function encodingOf(
  plan: Plan,
  base: Base,
  tokenizer: Tokenizer,
  labels: readonly string[],
  model: string,
): Promise<Encoding> {
  const { task, max_length } = plan.recipe.model;
  const { supervision } = await does(task, "task");
  const chat = await chatOf(readerOf(plan.recipe.model), base, tokenizer);
  return { tokenizer, maxLength: max_length, supervision, labels, end: endToken(base.facts.config), model, chat };
}

/** config.json gives one id, or a list of which the first ends a text in training. */
function endToken(config: Readonly<Record<string, unknown>>): number | null {
  const [first] = endsOf(config);
  return first ?? null;
}
/** All tokens at which a text that is written ends. */
export function endsOf(config: Readonly<Record<string, unknown>>): ReadonlySet<number> {
  const given = config["eos_token_id"];
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  return new Set(all.filter((id): id is number => typeof id === "number"));
}
