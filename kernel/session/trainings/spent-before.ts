/**
 * What trainings on the same rows have spent of their privacy: all of them together are one promise, whatever each says. Counted
 * are the runs of the folder, trials of sweeps and interrupted ones too; what was deleted, or trained elsewhere, nobody knows.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plan, PrivacyPlan, SweepPlan } from "#dsl/plan/plan.js";
import type { Sampled } from "#stdlib/kinds/privacy.js";
import { isWholePlan } from "../../artifacts/plan-schema.js";
import { jsonRegular } from "../../artifacts/read-regular.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import { does } from "../../core/session/words.js";
import { stepsMade } from "../../training/private/private.js";
import type { Warn } from "../warn.js";
import { privacyOf } from "./private.js";
import "./privacy-codes.js";

export interface SpentBefore {
  /** Name of its training. */
  readonly name: string;
  readonly run: string;
  readonly done: Sampled;
}

/** Of private trainings whose rows have that hash. `but`: not of runs that are counted otherwise. */
export function spentBefore(root: string, dataHash: string, but: (run: RunFolder) => boolean): readonly SpentBefore[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((id): SpentBefore[] => {
    if (id.startsWith(".")) return [];
    const plan = jsonRegular(join(root, id, "plan.json"));
    if (!isWholePlan(plan) || plan.recipe.dataHash !== dataHash || plan.recipe.federated) return [];
    const privacy = privacyOf(plan);
    if (!privacy) return [];
    const run = RunFolder.open(join(root, id));
    if (but(run)) return [];
    const steps = stepsMade(run.everything(), undefined);
    const { noise, rate } = privacy;
    return steps > 0 ? [{ name: run.lock()?.name ?? id, run: id, done: { noise, rate, steps } }] : [];
  });
}

/** ε of all, at the plan's δ, once that training is done too. */
export async function togetherWith(
  { call, noise, rate, steps }: PrivacyPlan,
  before: readonly SpentBefore[],
  times = 1,
): Promise<number> {
  const accountant = await does(call, "privacy");
  return accountant.spent(call, [...before.map(({ done }) => done), { noise, rate, steps: steps * times }]);
}

/** Says what a private training adds up to with those before it. `goesOn`: the run that it takes up. */
export async function warnOfSpent(root: string, plan: Plan, warn: Warn, goesOn: string | null): Promise<void> {
  const privacy = plan.recipe.federated ? null : privacyOf(plan);
  const { dataHash, data } = plan.recipe;
  if (!privacy || dataHash === null) return;
  const before = spentBefore(root, dataHash, ({ id }) => id === goesOn);
  if (before.length === 0) return;
  const names = [...new Set(before.map(({ name }) => name))];
  const told = { data: data.name, names, trainings: before.length, own: privacy.epsilon, delta: privacy.delta };
  warn("privacy-adds-up", { ...told, epsilon: await togetherWith(privacy, before) });
}

/** Says that what was promised of the weights that a training begins with is no promise of what comes of it. */
export function warnOfLost(root: string, { recipe }: Plan, warn: Warn): void {
  const start = recipe.update?.start ?? recipe.model.trained?.recipeHash;
  if (start === undefined || recipe.training.privacy) return;
  for (const run of RunFolder.find(root, start)) {
    const plan = jsonRegular(join(run.path, "plan.json"));
    if (!isWholePlan(plan) || !plan.recipe.training.privacy) continue;
    const same = plan.recipe.dataHash !== null && plan.recipe.dataHash === recipe.dataHash;
    const { unit } = plan.recipe.training.privacy;
    warn("privacy-lost", { start: run.lock()?.name ?? run.id, data: recipe.data.name, same, unit });
    return;
  }
}

/** Trials spend together, and with what earlier trainings spent. */
export async function warnOfTrials(
  root: string,
  { name, sweep: { plan, trials, repeats = 1 } }: { readonly name: string; readonly sweep: SweepPlan },
  warn: Warn,
): Promise<void> {
  const privacy = privacyOf(plan);
  const { dataHash, data } = plan.recipe;
  if (!privacy || dataHash === null || trials === null) return;
  // Those that it goes on with are among its trials.
  const before = spentBefore(root, dataHash, (run) => run.lock()?.trial?.sweep === name);
  const times = trials * repeats;
  const told = { data: data.name, trials: times, earlier: before.length, own: privacy.epsilon, delta: privacy.delta };
  warn("privacy-of-trials", { ...told, epsilon: await togetherWith(privacy, before, times) });
}
