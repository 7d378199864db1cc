/** How a plan's texts become rows: its tokenizer, its length, what its task teaches and the token that ends a text. */
import type { Plan } from "#dsl/plan/plan.js";
import type { Base } from "../bases/base.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Encoding } from "./encoded.js";
import { does, implementationOf } from "./words.js";

export async function encodingOf(
  plan: Plan,
  base: Base,
  tokenizer: Tokenizer,
  labels: readonly string[],
  model: string,
): Promise<Encoding> {
  const { task, max_length } = plan.recipe.model;
  const implementation = await does(task, "task");
  return { tokenizer, maxLength: max_length, task: { call: task, implementation }, labels, types: await typesOf(plan, base), end: endToken(base.facts.config), model };
}

/** Whether a plan's rows are pairs of texts. */
export function pairsIn(plan: Plan): boolean {
  return plan.recipe.data.columns["text_pair"] !== undefined;
}
/** Whether programs take token types: pairs, on a family that has a type for each of two texts. */
export async function typesOf(plan: Plan, base: Base): Promise<boolean> {
  if (!pairsIn(plan)) return false;
  const family = await implementationOf("model", base.facts.family);
  return (family.sizes(family.config(base.facts.config)).types ?? 0) > 1;
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
