/** What kind of value a value is, and what stands at a path of a recipe. */
import type { Recipe } from "./recipe.js";
import type { Call, Value } from "../../language/types/value.js";

export function isCall(value: unknown): value is Call {
  return value !== null && typeof value === "object" && "word" in value && "arguments" in value;
}

/** What stands at a dotted path of the recipe (`training.optimizer.learning_rate`). */
export function recipeValueAt(recipe: Partial<Recipe>, path: string): Value | undefined {
  let part: unknown = recipe;
  // Words of a model from scratch stand together in the plan, and that of privacy beside what it comes to.
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

/** Values of a statement by key, checked against its parameters and filled in. */
type Filled = Readonly<Record<string, Value>>;

/** The number at `key`; anything else is a defect of the verb's record and throws. */
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
