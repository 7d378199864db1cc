/**
 * Several trainings of one statement, each with its own name and run. With `resume: true`, finished ones are loaded and
 * started ones are continued.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { findFinishedRun, findRunsNamed } from "../../runs/history/runs-by-recipe.js";
import { lockHolderOf } from "../../runs/run-lock.js";
import type { TrialOfRun } from "../../runs/together/trials.js";
import { LiveTraining } from "../../session/live-training.js";
import { loadRunWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { trainNamedModel, type TrainNamedOptions } from "../../training-runs/train-named.js";

export type TrainAction = Extract<Action, { verb: "train" }>;
export interface GroupMemberTraining {
  readonly name: string;
  readonly plan: Plan;
  /** Title above its curves. */
  readonly title: string;
  readonly trial?: TrialOfRun;
}

/** @param id id of the figure that they share, one after another */
export async function trainGroupMembers(
  session: OpenSession,
  action: Omit<TrainAction, "folds" | "repeats"> & TrainNamedOptions,
  each: readonly GroupMemberTraining[],
  context: ExecutionContext,
  id: string,
  onTrained: (handle: ModelHandle, one: GroupMemberTraining) => void = () => undefined,
): Promise<readonly ModelHandle[]> {
  const handles: ModelHandle[] = [];
  let shown = false;
  for (const one of each) {
    const { name, plan, title, trial } = one;
    const done = action.resume ? findFinishedRun(session.runs, name, plan.recipeHash) : null;
    let handle: ModelHandle;
    if (done) {
      handle = session.models.define(plan.recipe.model, name);
      handle.weights = loadRunWeights(done.path);
      handle.seeds = null;
    } else {
      const live = new LiveTraining(context.screen, id, title, plan, { again: shown });
      const resume = action.resume && isBegun(session.runs, name, plan.recipeHash);
      const shows = { live, onTrained: () => undefined, previewed: false, again: shown, ...(trial && { trial }) };
      shown = true;
      handle = await trainNamedModel(session, { ...action, name, plan, resume }, context, shows);
    }
    handles.push(handle);
    onTrained(handle, one);
  }
  return handles;
}

/** Returns the validation scores of the weights that were kept. */
export function validationScoresOf({ name, weights }: ModelHandle): Readonly<Record<string, number>> {
  if (!weights) throw new CodedError("not-trained", { model: name });
  const keptStep = weights.checkpoint.position.step;
  const evaluated = weights.events.flatMap((event) => (event.kind === "evaluated" ? [event] : []));
  return (evaluated.find(({ step }) => step === keptStep) ?? evaluated.at(-1))?.metrics ?? {};
}

/**
 * Reports whether there is a run to continue: trainings after the interrupted one have none, and a run without a
 * checkpoint does not count.
 */
function isBegun(root: string, name: string, recipeHash: string): boolean {
  return findRunsNamed(root, name, recipeHash).some(
    (run) => lockHolderOf(run.path) !== null || readCheckpoints(run).length > 0,
  );
}
