/** What differs between the recipes of two runs, setting by setting, as Tune text. */
import type { Plan } from "#dsl/plan/plan.js";
import type { Value } from "#dsl/types/value.js";
import { tuneText } from "#dsl/plan/text.js";
import { isCall } from "#dsl/plan/value.js";
import type { Lock } from "../artifacts/run-folder.js";

export interface Difference {
  /** As it is written: `data split`, `model technique.rank`, `batch_size`. */
  readonly setting: string;
  /** Null: it isn't there. */
  readonly here: string | null;
  readonly there: string | null;
}
export interface Compared {
  readonly plan: Plan;
  readonly lock: Lock | null;
}

/** Empty: the same recipe on the same data and base. */
export function differences(here: Compared, there: Compared): readonly Difference[] {
  const [a, b] = [settingsOf(here), settingsOf(there)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((setting) => {
    const [left, right] = [a.get(setting) ?? null, b.get(setting) ?? null];
    return left === right ? [] : [{ setting, here: left, there: right }];
  });
}

/** Each setting as it is written → its value as Tune text. */
export function settingsOf({ plan, lock }: Compared): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const { data, model, training } = plan.recipe;
  flatten(found, "data ", without(data, "folder", "seed", "name", "annotations"));
  flatten(found, "model ", without(model, "folder", "name", "baseHash", "trained"));
  // The call's arguments stand beside what they come to.
  const { privacy, ...settings } = training;
  flatten(found, "", { ...settings, ...(privacy && { privacy: without(privacy, "call") }) });
  if (model.trained) found.set("model trained before", `recipe ${model.trained.recipeHash.slice(0, 12)}`);
  const content = (hash: string | null | undefined): string => (hash ? hash.slice(0, 12) : "not known");
  found.set("content of the data", content(lock?.dataHash));
  found.set("content of the base", content(lock?.baseHash ?? model.baseHash));
  found.set("engine", lock?.engine ?? plan.effects.engine);
  found.set("Tunebook", lock?.tunebook ?? "not known");
  return found;
}
/** What a name, a folder or a hash of its own tells. */
function without(record: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
function flatten(into: Map<string, string>, prefix: string, record: object): void {
  for (const [name, value] of Object.entries(record) as [string, Value | undefined][]) {
    const path = `${prefix}${name}`;
    if (value === undefined || value === null) continue;
    if (isCall(value)) {
      into.set(path, value.word);
      flatten(into, `${path}.`, value.arguments);
    } else if (hasParts(value)) flatten(into, `${path}.`, "record" in value ? (value.record as object) : value);
    else into.set(path, tuneText(value));
  }
}
/** Whether a value is no single one: its parts are told by their names. */
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
