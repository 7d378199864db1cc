/** Lists the settings of a recipe one by one, and the differences between two recipes. */
import type { Value } from "../../language/types/value.js";
import type { Recipe } from "./plan.js";
import { tuneText } from "./text.js";
import { isCall } from "./value.js";

/**
 * Returns each setting by its written path (`data split`, `model technique.rank`, `batch_size`) with its value as Tune
 * text.
 */
export function recipeSettingTexts({ data, model, training }: Recipe): Map<string, string> {
  const found = new Map<string, string>();
  flatten(found, "data ", without(data, "folder", "seed", "name", "annotations"));
  flatten(found, "model ", without(model, "folder", "name", "baseHash", "trained"));
  // The `privacy` call is omitted, since the values derived from its arguments are listed.
  const { privacy, ...settings } = training;
  flatten(found, "", { ...settings, ...(privacy && { privacy: without(privacy, "call") }) });
  if (model.trained) found.set("model trained before", `recipe ${model.trained.recipeHash.slice(0, 12)}`);
  return found;
}

export interface SettingChange {
  readonly setting: string;
  readonly was: string | null;
  readonly now: string | null;
}

/** Returns the differences, including the contents of data and base. */
export function settingChangesBetween(was: Recipe, now: Recipe): readonly SettingChange[] {
  const [before, after] = [withContent(was), withContent(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((setting) => {
    const one = { setting, was: before.get(setting) ?? null, now: after.get(setting) ?? null };
    return one.was === one.now ? [] : [one];
  });
}
function withContent(recipe: Recipe): ReadonlyMap<string, string> {
  const found = recipeSettingTexts(recipe);
  const { dataHash, model } = recipe;
  if (dataHash !== null) found.set("content of the data", dataHash.slice(0, 12));
  if (model.baseHash !== null) found.set("content of the base", model.baseHash.slice(0, 12));
  return found;
}

/** Removes names, folders, and hashes that are listed separately. */
function without(record: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
function flatten(into: Map<string, string>, prefix: string, record: object): void {
  for (const [name, value] of Object.entries(record) as [string, Value | undefined][]) {
    const path = `${prefix}${name}`;
    if (value === undefined || value === null) continue;
    if (isCall(value)) {
      into.set(path, value.word);
      if (value.definition !== undefined) into.set(`definition of ${value.word}`, value.definition.slice(0, 12));
      flatten(into, `${path}.`, value.arguments);
    } else if (hasParts(value)) flatten(into, `${path}.`, "record" in value ? (value.record as object) : value);
    else into.set(path, tuneText(value));
  }
}
/** Whether a value has parts that are listed by name. */
function hasParts(value: Value): value is Extract<Value, { readonly record: unknown }> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !("share" in value) &&
    !("live" in value) &&
    !("from" in value)
  );
}
