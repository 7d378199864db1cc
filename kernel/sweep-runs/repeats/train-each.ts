/**
 * Several trainings of one statement, each under its own name and in its own run: what was done of them before, and what each
 * came to. With `resume: true` those that are trained are taken up as they are, and what was begun goes on.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readCheckpoints } from "../../runs/checkpoints.js";
import { finishedRun, runsNamed } from "../../runs/history/runs-named.js";
import { holderOf } from "../../runs/run-lock.js";
import type { TrialOf } from "../../runs/together/trials.js";
import { LiveTraining } from "../../session/live-training.js";
import { loadedWeights } from "../../models/loaded-run.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { Stage } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { trainNamed, type Shared } from "../../training-runs/train-named.js";

export type Train = Extract<Action, { verb: "train" }>;
export interface Each {
  readonly name: string;
  readonly plan: Plan;
  /** Above its curves. */
  readonly title: string;
  readonly trial?: TrialOf;
}

/** `id`: of the picture that they share, one after another. */
export async function trainEach(
  session: OpenSession,
  action: Omit<Train, "folds" | "repeats"> & Shared,
  each: readonly Each[],
  stage: Stage,
  id: string,
  onTrained: (handle: ModelHandle, one: Each) => void = () => undefined,
): Promise<readonly ModelHandle[]> {
  const handles: ModelHandle[] = [];
  let shown = false;
  for (const one of each) {
    const { name, plan, title, trial } = one;
    const done = action.resume ? finishedRun(session.runs, name, plan.recipeHash) : null;
    let handle: ModelHandle;
    if (done) {
      handle = session.models.define(plan.recipe.model, name);
      handle.weights = loadedWeights(done.path);
      handle.seeds = null;
    } else {
      const live = new LiveTraining(stage.screen, id, title, plan, { again: shown });
      const resume = action.resume && isBegun(session.runs, name, plan.recipeHash);
      const shows = { live, onTrained: () => undefined, previewed: false, again: shown, ...(trial && { trial }) };
      shown = true;
      handle = await trainNamed(session, { ...action, name, plan, resume }, stage, shows);
    }
    handles.push(handle);
    onTrained(handle, one);
  }
  return handles;
}

/** Validation's scores of the weights that were kept. */
export function keptScores({ name, weights }: ModelHandle): Readonly<Record<string, number>> {
  if (!weights) throw new CodedError("not-trained", { model: name });
  const at = weights.checkpoint.position.step;
  const evaluated = weights.events.flatMap((event) => (event.kind === "evaluated" ? [event] : []));
  return (evaluated.find(({ step }) => step === at) ?? evaluated.at(-1))?.metrics ?? {};
}

/** Whether there is a run to go on with: those behind the one that was interrupted have none, nor has one that kept nothing yet. */
function isBegun(root: string, name: string, recipeHash: string): boolean {
  return runsNamed(root, name, recipeHash).some(
    (run) => holderOf(run.path) !== null || readCheckpoints(run).length > 0,
  );
}
