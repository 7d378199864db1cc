/** Tests the kind of a value, and reads values at paths of a recipe. */
import type { Recipe } from "./plan.js";
import type { Call, Value } from "../../language/types/value.js";

export function isCall(value: unknown): value is Call {
  return value !== null && typeof value === "object" && "word" in value && "arguments" in value;
}

/** Returns the value at a dotted path of the recipe (`training.optimizer.learning_rate`). */
export function recipeValueAt(recipe: Partial<Recipe>, path: string): Value | undefined {
  let part: unknown = recipe;
  // In the plan, the words of a from-scratch model are under `scratch`, and the privacy call is a field of the
  // resulting privacy plan.
  const place = path
    .replace(/^model\.(?=architecture\b|tokenizer\b)/, "model.scratch.")
    .replace(/^training\.privacy\b/, "training.privacy.call");
  for (const name of place.split(".")) {
    if (typeof part !== "object" || part === null) return undefined;
    const inside = isCall(part) ? part.arguments : "record" in part ? (part.record as object) : part;
    if (!Object.hasOwn(inside, name)) return undefined;
    part = (inside as Readonly<Record<string, unknown>>)[name];
  }
  return part as Value | undefined;
}

/** A statement's values by key, checked against its parameters and filled with defaults. */
type Filled = Readonly<Record<string, Value>>;

/** Returns the number at `key`; anything else is a bug in the verb's record and throws. */
export function numberAt(values: Filled, key: string): number {
  const value = values[key];
  return typeof value === "number" ? value : unfit(key, "number");
}
export function callAt(values: Filled, key: string): Call {
  const value = values[key];
  return isCall(value) ? value : unfit(key, "word");
}
export function textsAt(values: Filled, key: string): readonly string[] {
  const value = values[key];
  const texts = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  return Array.isArray(value) && texts.length === value.length ? texts : unfit(key, "list of texts");
}
function unfit(key: string, wanted: string): never {
  throw new Error(`\`${key}\` has no ${wanted}, though its parameter asks for one`);
}
