/** The settings of a recipe one by one, and what differs between two recipes. */
import type { Value } from "../../language/types/value.js";
import type { Recipe } from "./recipe.js";
import { tuneText } from "./text.js";
import { isCall } from "./value.js";

/** Each setting as it is written (`data split`, `model technique.rank`, `batch_size`), with its value as Tune text. */
export function recipeSettingTexts({ data, model, training }: Recipe): Map<string, string> {
  const found = new Map<string, string>();
  flatten(found, "data ", without(data, "folder", "seed", "name", "annotations"));
  flatten(found, "model ", without(model, "folder", "name", "baseHash", "trained"));
  // Of `privacy` the call is left out: what its arguments lead to is listed.
  const { privacy, ...settings } = training;
  flatten(found, "", { ...settings, ...(privacy && { privacy: without(privacy, "call") }) });
  if (model.trained) found.set("model trained before", `recipe ${model.trained.recipeHash.slice(0, 12)}`);
  return found;
}

export interface SettingChange {
  readonly setting: string;
  /** Null: the setting is missing. */
  readonly was: string | null;
  readonly now: string | null;
}

/** What differs, the content of data and base included. */
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

/** Leaves out names and folders, and hashes that are listed by themselves. */
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
/** Whether a value has parts that are listed by their names. */
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
