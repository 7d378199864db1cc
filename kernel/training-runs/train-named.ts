/** One training as the user follows it: its live display, its warnings, and the model that it leaves under a name. */
import type { Action } from "#dsl/compiler/plan/action.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { calibrateModel } from "../evaluation/calibrate.js";
import { calibrationView } from "../display/fitted-model.js";
import { warnerAt, type ExecutionContext } from "../session/execution-context.js";
import type { LiveTraining } from "../session/live-training.js";
import type { GroupLauncherFor } from "./process-group.js";
import type { OpenSession } from "../session/open-session.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { ModelHandle } from "../models/model-handle.js";
import { releaseRunLock, assignWeights, saveModelFolder } from "./assign-weights.js";
import type { ContinuedModel } from "./request.js";
import { rankStepProvider } from "./rank-steps.js";
import type { StepProvider } from "./step-provider.js";
import { findRunsNamed } from "../runs/history/runs-by-recipe.js";
import { warnOfLostGuarantee, warnOfPriorSpending } from "./spent-privacy.js";
import { runTraining } from "./training.js";
import {
  reportOverOrUnderfitting,
  warnOfFinalWeights,
  reportPredictionChanges,
  maskPreviewer,
} from "./outcome-report.js";

/**
 * Trains under a name, which is bound to the weights afterwards. `onTrained`: called when training has ended, to show
 * the result.
 */
export async function trainNamedModel(
  session: OpenSession,
  action: Pick<Extract<Action, { verb: "train" }>, "plan" | "name" | "resume" | "calibrate" | "span"> &
    TrainNamedOptions,
  context: ExecutionContext,
  { live, onTrained, previewed = true, again = false, trial }: TrainingDisplay,
): Promise<ModelHandle> {
  const { plan, name, resume } = action;
  const handle = session.models.define(plan.recipe.model, name);
  await handle.weights?.settled;
  handle.begun = true;
  handle.seeds = null;
  const warn = warnerAt(context, action.span);
  const goesOn = resume ? (findRunsNamed(session.runs, name, plan.recipeHash)[0]?.id ?? null) : null;
  await warnOfPriorSpending(session.runs, plan, warn, goesOn);
  warnOfLostGuarantee(session.runs, plan, warn);
  const steps = action.gathers
    ? rankStepProvider(action.gathers(plan), (replaced) => warn("rank-replaced", replaced))
    : action.steps;
  const result = await runTraining(
    session,
    {
      plan,
      run: { name, resume, trial },
      ...(previewed && { preview: maskPreviewer(name, context) }),
      ...(action.continues && { continues: action.continues }),
      ...(steps && { steps }),
      listener: {
        onDamaged: (file, why, taken) => warn("checkpoint-passed-over", { file, why, step: taken.position.step }),
        onUnmeasured: (step, metric) => warn("validation-unmeasured", { step, metric }),
        onHeadLost: (data) => !again && warn("head-not-kept", data),
        onBehind: (events) => live.behind(events),
        onEvent: (event) => live.on(event),
        onValidating: (done, total) => live.validating(done, total),
      },
    },
    context,
  );
  try {
    const finalWeights = await assignWeights(session, handle, plan, result);
    if (result.trained.reason === "interrupted") {
      const { steps } = result.trained;
      throw new CodedError("interrupted", {
        what: `training ${name}`,
        kept: `it continues from ${plan.recipe.federated ? "round" : "step"} ${steps} or the next with \`resume: true\``,
      });
    }
    live.ran(result.run.id);
    onTrained();
    if (finalWeights) warnOfFinalWeights(finalWeights, plan, result, warn);
    if (finalWeights && previewed)
      reportOverOrUnderfitting({ plan, events: result.events, checkpoint: finalWeights.checkpoint }, context);
    if (action.calibrate) {
      const lines = await calibrateModel(session, { handle, plan, calls: action.calibrate }, { stage: context, warn });
      const [fitted, ...changed] = lines;
      if (fitted !== undefined) context.screen.display(calibrationView(fitted, changed));
    }
    await reportPredictionChanges(name, result, context);
    await saveModelFolder(session, handle, { plan, result }, context);
    return handle;
  } finally {
    releaseRunLock(result);
  }
}

/** `gathers`: returns the launcher of the process group that shares the updates. */
export interface TrainNamedOptions {
  readonly gathers?: GroupLauncherFor | undefined;
  /** The model to continue. Defaults to its base. */
  readonly continues?: ContinuedModel | undefined;
  /** How steps are taken, unless a process group shares the updates. Defaults to this process alone. */
  readonly steps?: StepProvider | undefined;
}
export interface TrainingDisplay {
  readonly live: LiveTraining;
  readonly onTrained: () => void;
  /** It follows a similar training, so warnings that hold for all of them are not repeated. */
  readonly again?: boolean;
  /** The group of trainings that it belongs to. */
  readonly trial?: TrialOfRun;
  /** Whether rows are shown before and after. */
  readonly previewed?: boolean;
}
