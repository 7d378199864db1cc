/** Minibatch steps: how many a training takes, their learning rate, and the source that feeds them to the engine. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ScheduleImplementation } from "#stdlib/optimizers/kind.js";
import type { DataLoader } from "../data/rows/loader.js";
import type { EngineSession } from "../engines/engine.js";
import type { StepSource } from "./loop/step-source.js";
import { StepPipeline, type StepPipelineOptions } from "./pipeline.js";

/** Returns the updates of a complete run; for federated training, those of one client in one round. */
export function totalSteps(plan: Plan, loader: Pick<DataLoader, "total">): number {
  const { epochs, steps, privacy } = plan.recipe.training;
  // The noise was computed for this number of updates; with `federated` it counts those of all rounds.
  if (privacy?.unit === "row" && !plan.recipe.federated) return privacy.steps;
  return steps ?? loader.total(epochs ?? 1);
}

export interface MinibatchOptions {
  readonly plan: Plan;
  readonly loader: DataLoader;
  readonly schedule: ScheduleImplementation;
  /** Whether steps report the logits of their rows. */
  readonly wantsLogits: boolean;
}

/** Returns the learning rate of a step (from 1). */
export function learningRateSchedule({
  plan,
  loader,
  schedule,
}: Omit<MinibatchOptions, "wantsLogits">): (step: number) => number {
  const { training } = plan.recipe;
  const total = totalSteps(plan, loader);
  const rate = Number(training.optimizer.arguments["learning_rate"]);
  return (step) => rate * schedule.factor(training.schedule, step, total);
}

/** Returns the pipeline options of the loader's batches. */
export function minibatchPipelineOptions(
  options: MinibatchOptions,
  session: Pick<EngineSession, "run">,
): StepPipelineOptions {
  const { plan, loader, wantsLogits } = options;
  return {
    session,
    accumulate: plan.recipe.training.accumulate,
    update: (step) => loader.update(step),
    rate: learningRateSchedule(options),
    seen: wantsLogits,
  };
}

/**
 * Returns a training's steps by a pipeline.
 * @param done number of steps taken before
 */
export function pipelineSource(
  options: StepPipelineOptions,
  { plan, loader }: Pick<MinibatchOptions, "plan" | "loader">,
  done: number,
): StepSource {
  const pipeline = new StepPipeline(options, done);
  return {
    total: totalSteps(plan, loader),
    predictsStepTime: true,
    epochsDone: (step) => loader.epochsDone(step),
    next: (last) => pipeline.next(last),
    stop: (step) => pipeline.stop(step),
  };
}
