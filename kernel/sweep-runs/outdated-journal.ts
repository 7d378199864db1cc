/**
 * Trials whose data or base have changed: files that a sweep's `vary` names may have changed since, which the sweep's
 * identity does not include. A trial without a recorded recipe (another program ran it) is not checked.
 */
import type { SettingSearchSpace } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrialRecord } from "../study/trial.js";
import { REFUSED_RECIPE, trialProgram, type TrialProgramContext } from "./trial-program.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** Returns the numbers of the outdated trials. */
export async function findOutdatedTrials(
  around: TrialProgramContext,
  trials: readonly TrialRecord[],
): Promise<readonly number[]> {
  if (!namesFiles(around.sweep.vary)) return [];
  const found: number[] = [];
  for (const { number, values, recipe } of trials) {
    if (recipe === undefined) continue;
    const now = await trialProgram(around, values, `trial_${String(number)}`);
    if (("refused" in now ? REFUSED_RECIPE : now.recipe) !== recipe) found.push(number);
  }
  return found;
}

/** Reports whether an option may name a file or another external object; numbers cannot. */
function namesFiles(vary: Readonly<Record<string, SettingSearchSpace>>): boolean {
  return Object.values(vary).some((space) => hasText(space));
}
function hasText(value: unknown, key = ""): boolean {
  if (typeof value === "string") return !["space", "kind", "word"].includes(key);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, part]) => name === "live" || hasText(part, name));
}

/**
 * Returns the outdated trials to train again: those that were not replaced and do not replace a trial that counts.
 * @param known all ended or started trials
 */
export function trialsToRetrain(outdated: ReadonlySet<number>, known: readonly TrialRecord[]): readonly TrialRecord[] {
  const byNumber = new Map(known.map((trial) => [trial.number, trial]));
  const replaced = new Set(known.flatMap(({ again }) => again ?? []));
  const holdsBefore = ({ again }: TrialRecord): boolean => {
    const before = again === undefined ? undefined : byNumber.get(again);
    return before !== undefined && (!outdated.has(before.number) || holdsBefore(before));
  };
  return known.filter((trial) => outdated.has(trial.number) && !replaced.has(trial.number) && !holdsBefore(trial));
}

export function retrainingText(trials: readonly TrialRecord[]): string {
  const one = trials.length === 1;
  const numbers = listNames(trials.map(({ number }) => String(number)));
  return `${one ? "Trial" : "Trials"} ${numbers} trained on other data, or from another base, than ${one ? "its" : "their"} values name now: ${one ? "it is" : "they are"} trained again.`;
}

export function lostWeightsText(number: number): string {
  return `The weights of trial ${String(number)}, the best one, no longer exist: it is trained again.`;
}
