/**
 * What trainings on the same rows have spent of their privacy: all of them together are one promise, whatever each says. Counted
 * are the runs of the folder, trials of sweeps and interrupted ones too; what was deleted, or trained elsewhere, nobody knows.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/recipe.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { SampledSteps } from "#stdlib/privacies/kind.js";
import { isWholePlan } from "../runs/plan-schema.js";
import { readRegularJson } from "../runs/read-regular.js";
import { RunFolder } from "../runs/run-folder.js";
import { loadImplementation } from "../host/load-implementation.js";
import { madeStepCount } from "../training/private/private.js";
import type { Warn } from "../session/warn.js";
import { rowPrivacyOf } from "./private.js";

export interface PriorSpending {
  /** Name of its training. */
  readonly name: string;
  readonly run: string;
  /** Steps of one kind; of a federation, whose clients have noise each of their own, what it says is spent at most. */
  readonly done: SampledSteps | { readonly epsilon: number };
}

/** Of private trainings whose rows have that hash. `but`: not of runs that are counted otherwise. */
export function priorSpendingOf(
  root: string,
  dataHash: string,
  but: (run: RunFolder) => boolean,
): readonly PriorSpending[] {
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((id): PriorSpending[] => {
    if (id.startsWith(".")) return [];
    const plan = readRegularJson(join(root, id, "plan.json"));
    if (!isWholePlan(plan) || !hashesOf(plan).includes(dataHash)) return [];
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
    const steps = madeStepCount(run.everything(), undefined);
    const { noise, rate } = privacy;
    return steps > 0 ? [{ name, run: id, done: { noise, rate, steps } }] : [];
  });
}

/** Of all data that it learnt from. */
const hashesOf = ({ recipe }: Plan): readonly (string | null)[] => [
  recipe.dataHash,
  ...(recipe.federated?.others ?? []).map((one) => one.dataHash),
];

/**
 * ε of all once that training is done too, and the δ that it is told at. Steps are composed by the accountant; where clients had
 * noise each of their own ε and δ are added.
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

/** Says what a private training adds up to with those before it. `goesOn`: the run that it takes up. */
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

/** Says that what was promised of the weights that a training begins with is no promise of what comes of it. */
export function warnOfLostGuarantee(root: string, { recipe }: Plan, warn: Warn): void {
  const start = recipe.update?.start ?? recipe.compress?.of ?? recipe.model.trained?.recipeHash;
  if (start === undefined || recipe.training.privacy) return;
  for (const run of RunFolder.find(root, start)) {
    const plan = readRegularJson(join(run.path, "plan.json"));
    if (!isWholePlan(plan) || !plan.recipe.training.privacy) continue;
    const same = plan.recipe.dataHash !== null && plan.recipe.dataHash === recipe.dataHash;
    const { unit } = plan.recipe.training.privacy;
    warn("privacy-lost", { start: run.lock()?.name ?? run.id, data: recipe.data.name, same, unit });
    return;
  }
}

/** Trials spend together, and with what earlier trainings spent. */
export async function warnOfTrialSpending(
  root: string,
  { name, sweep: { plan, trials, repeats = 1 } }: { readonly name: string; readonly sweep: SweepPlan },
  warn: Warn,
): Promise<void> {
  const privacy = rowPrivacyOf(plan);
  const { dataHash, data } = plan.recipe;
  if (!privacy || dataHash === null || trials === null) return;
  // Those that it goes on with are among its trials.
  const before = priorSpendingOf(root, dataHash, (run) => run.lock()?.trial?.sweep === name);
  const times = trials * repeats;
  const figures = { data: data.name, trials: times, earlier: before.length, own: privacy.epsilon };
  warn("privacy-of-trials", { ...figures, ...(await composePrivacy(privacy, before, { times })) });
}
