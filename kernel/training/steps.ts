/** How many updates a training takes, and what each is fed: the same for one that trains alone and for each that shares them. */
import type { Plan } from "#dsl/plan/plan.js";
import type { ScheduleImplementation } from "#stdlib/kinds/training.js";
import type { DataLoader } from "../core/data/loader.js";
import type { Session } from "../engine/engine.js";
import type { SharedSession } from "../ranks/shared-session.js";
import type { StepPipelineOptions } from "./pipeline.js";
import { privateSteps, type PrivateTraining } from "./private/private.js";

/** Updates of a whole run, of a federation those of a client in one round; `exact`: its head is found at once. */
export function totalSteps(plan: Plan, loader: DataLoader, exact: boolean): number {
  if (exact) return 1;
  const { epochs, steps, privacy } = plan.recipe.training;
  // What its noise was solved for; of a federation those are all rounds'.
  if (privacy?.unit === "row" && !plan.recipe.federated) return privacy.steps;
  return steps ?? loader.total(epochs ?? 1);
}

export interface StepsOf {
  readonly plan: Plan;
  readonly loader: DataLoader;
  readonly schedule: ScheduleImplementation;
  /** Whether the programs tell the logits of the rows that they learn, and somebody keeps them. */
  readonly seen: boolean;
  /** Its rows stay private; absent, or null: they don't. */
  readonly privately?: PrivateTraining | null;
}

/** `shared`: of one that shares its updates with others. */
export function stepsOf(
  { plan, loader, schedule, seen, privately }: StepsOf,
  session: Session,
  shared?: SharedSession,
): StepPipelineOptions {
  const { training } = plan.recipe;
  const total = totalSteps(plan, loader, false);
  const rate = Number(training.optimizer.arguments["learning_rate"]);
  const factor = (step: number): number => rate * schedule.factor(training.schedule, step, total);
  if (privately) return privateSteps(session, privately.updates, factor);
  return {
    session: shared ?? session,
    accumulate: training.accumulate,
    shared: shared !== undefined,
    update: shared ? shared.updates(loader) : (step) => loader.update(step),
    rate: factor,
    seen,
  };
}
