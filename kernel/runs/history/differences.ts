/** Differences between the recipes of two runs, setting by setting, as Tune text. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { recipeSettingTexts } from "#dsl/compiler/plan/recipe-settings.js";
import type { PinnedRunFacts } from "../run-folder.js";

export interface SettingDifference {
  /** As written: `data split`, `model technique.rank`, `batch_size`. */
  readonly setting: string;
  /** Null if the setting does not exist. */
  readonly here: string | null;
  readonly there: string | null;
}
export interface RunSettingsSource {
  readonly plan: Plan;
  readonly lock: PinnedRunFacts | null;
}

/** Returns an empty list for the same recipe on the same data and base. */
export function settingDifferences(here: RunSettingsSource, there: RunSettingsSource): readonly SettingDifference[] {
  const [a, b] = [settingTexts(here), settingTexts(there)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((setting) => {
    const [left, right] = [a.get(setting) ?? null, b.get(setting) ?? null];
    return left === right ? [] : [{ setting, here: left, there: right }];
  });
}

/** Maps each setting's written name to its value as Tune text. */
export function settingTexts({ plan, lock }: RunSettingsSource): ReadonlyMap<string, string> {
  const found = recipeSettingTexts(plan.recipe);
  const { model } = plan.recipe;
  const content = (hash: string | null | undefined): string => (hash ? hash.slice(0, 12) : "not known");
  found.set("content of the data", content(lock?.dataHash));
  found.set("content of the base", content(lock?.baseHash ?? model.baseHash));
  found.set("engine", lock?.engine ?? plan.effects.engine);
  found.set("Tunebook", lock?.tunebook ?? "not known");
  return found;
}
