/** What differs between the recipes of two runs, setting by setting, as Tune text. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { settingsIn } from "#dsl/compiler/plan/recipe-settings.js";
import type { Lock } from "../run-folder.js";

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
  const found = settingsIn(plan.recipe);
  const { model } = plan.recipe;
  const content = (hash: string | null | undefined): string => (hash ? hash.slice(0, 12) : "not known");
  found.set("content of the data", content(lock?.dataHash));
  found.set("content of the base", content(lock?.baseHash ?? model.baseHash));
  found.set("engine", lock?.engine ?? plan.effects.engine);
  found.set("Tunebook", lock?.tunebook ?? "not known");
  return found;
}
