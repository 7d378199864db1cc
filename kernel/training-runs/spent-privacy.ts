/**
 * The privacy that trainings on the same rows have spent: together they have one guarantee, whatever each of them
 * reports. It counts the runs of the folder, including trials of sweeps and interrupted runs. Deleted runs and those of
 * other machines are unknown.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plan, PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { NoisySampledSteps } from "#stdlib/privacies/kind.js";
import { isValidPlan } from "../runs/plan-schema.js";
import { readRegularJson } from "../runs/read-events.js";
import { RunFolder } from "../runs/run-folder.js";
import { loadImplementation } from "../host/load-implementation.js";
import { spentStepCount } from "../training/private/private.js";
import type { Warn } from "../session/execution-context.js";
import { rowPrivacyOf } from "./private.js";

export interface PriorSpending {
  /** Name of its training. */
  readonly name: string;
  readonly run: string;
  /** Steps of one kind; for federated training, whose clients add their own noise, the reported maximum ε. */
  readonly done: NoisySampledSteps | { readonly epsilon: number };
}

/**
 * Returns the spending of private trainings whose rows have this hash.
 * @param but excludes runs that are counted elsewhere
 */
export function priorSpendingOf(
  root: string,
  dataHash: string,
  but: (run: RunFolder) => boolean,
): readonly PriorSpending[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((id): PriorSpending[] => {
    if (id.startsWith(".")) return [];
    const plan = readRegularJson(join(root, id, "plan.json"));
    if (!isValidPlan(plan) || !hashesOf(plan).includes(dataHash)) return [];
    const privacy = rowPrivacyOf(plan);
    if (!privacy) return [];
    const run = RunFolder.open(join(root, id));
    if (but(run)) return [];
    const name = run.lock()?.name ?? id;
    if (plan.recipe.federated) {
      const epsilons = run
        .everything()
        .flatMap((e) => (e.kind === "step" && e.epsilon !== undefined ? [e.epsilon] : []));
      return epsilons.length > 0 ? [{ name, run: id, done: { epsilon: Math.max(...epsilons) } }] : [];
    }
    const steps = spentStepCount(run.everything(), undefined);
    const { noise, rate } = privacy;
    return steps > 0 ? [{ name, run: id, done: { noise, rate, steps } }] : [];
  });
}

/** Returns the hashes of all data that it was trained on. */
const hashesOf = ({ recipe }: Plan): readonly (string | null)[] => [
  recipe.dataHash,
  ...(recipe.federated?.others ?? []).map((one) => one.dataHash),
];

/**
 * Returns ε and δ of all trainings after this one. Steps are composed by the accountant. For federated trainings, whose
 * clients add their own noise, ε and δ are added.
 */
export async function composePrivacy(
  { call, noise, rate, steps, epsilon, delta }: PrivacyPlan,
  before: readonly PriorSpending[],
  { times = 1, federated = false }: { readonly times?: number; readonly federated?: boolean } = {},
): Promise<{ readonly epsilon: number; readonly delta: number }> {
  const accountant = await loadImplementation(call, "privacy");
  const done = before.flatMap((one) => ("steps" in one.done ? [one.done] : []));
  const added = before.flatMap((one) => ("epsilon" in one.done ? [one.done.epsilon] : []));
  const ownSteps = federated ? [] : [{ noise, rate, steps: steps * times }];
  const composed = [...done, ...ownSteps];
  const parts = [
    ...(composed.length > 0 ? [accountant.spent(call, composed)] : []),
    ...(federated ? [epsilon * times] : []),
    ...added,
  ];
  const many = added.length + (federated ? times : 0) + (composed.length > 0 ? 1 : 0);
  return { epsilon: parts.reduce((sum, one) => sum + one, 0), delta: delta * many };
}

/**
 * Warns of what a private training and the earlier ones spend together.
 * @param goesOn the run that it continues
 */
export async function warnOfPriorSpending(root: string, plan: Plan, warn: Warn, goesOn: string | null): Promise<void> {
  const privacy = rowPrivacyOf(plan);
  if (!privacy) return;
  const { federated, data } = plan.recipe;
  const datas = [{ data, dataHash: plan.recipe.dataHash }, ...(federated?.others ?? [])];
  for (const { data: one, dataHash } of datas) {
    if (dataHash === null) continue;
    const before = priorSpendingOf(root, dataHash, ({ id }) => id === goesOn);
    if (before.length === 0) continue;
    const names = [...new Set(before.map(({ name }) => name))];
    const together = await composePrivacy(privacy, before, { federated: federated !== undefined });
    warn("privacy-adds-up", { data: one.name, names, trainings: before.length, own: privacy.epsilon, ...together });
  }
}

/** Warns that the starting weights' privacy guarantee does not hold for this training's result. */
export function warnOfLostGuarantee(root: string, { recipe }: Plan, warn: Warn): void {
  const start = recipe.update?.start ?? recipe.compress?.of ?? recipe.model.trained?.recipeHash;
  if (start === undefined || recipe.training.privacy) return;
  for (const run of RunFolder.find(root, start)) {
    const plan = readRegularJson(join(run.path, "plan.json"));
    if (!isValidPlan(plan) || !plan.recipe.training.privacy) continue;
    const same = plan.recipe.dataHash !== null && plan.recipe.dataHash === recipe.dataHash;
    const { unit } = plan.recipe.training.privacy;
    warn("privacy-lost", { start: run.lock()?.name ?? run.id, data: recipe.data.name, same, unit });
    return;
  }
}

/** Warns of what all trials and earlier trainings spend together. */
export async function warnOfTrialSpending(
  root: string,
  { name, sweep: { plan, trials, repeats = 1 } }: { readonly name: string; readonly sweep: SweepPlan },
  warn: Warn,
): Promise<void> {
  const privacy = rowPrivacyOf(plan);
  const { dataHash, data } = plan.recipe;
  if (!privacy || dataHash === null || trials === null) return;
  // Runs that the sweep continues are among its trials.
  const before = priorSpendingOf(root, dataHash, (run) => run.lock()?.trial?.sweep === name);
  const times = trials * repeats;
  const figures = { data: data.name, trials: times, earlier: before.length, own: privacy.epsilon };
  warn("privacy-of-trials", { ...figures, ...(await composePrivacy(privacy, before, { times })) });
}
