/**
 * One training as the user follows it: its live display, warnings about its weights, and how its predictions changed.
 */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { keepsBest, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName, metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { makePrivate } from "../fetch/private.js";
import { calibrateModel } from "../evaluation/calibrate.js";
import { fittedModelView } from "../display/fitted-model.js";
import { predictionChangesView } from "../display/prediction-changes.js";
import { comparePredictions } from "../models/prediction-changes.js";
import { type Warn, warnerAt, type ExecutionContext } from "../session/execution-context.js";
import { fitView } from "../display/fitting.js";
import { curvesFromEvents, assessFit } from "../host/fitting.js";
import { maskView } from "../display/data/mask.js";
import type { Checkpoint } from "../runs/checkpoints.js";
import type { FinalCheckpoint } from "../models/kept-checkpoint.js";
import type { LiveTraining } from "../session/live-training.js";
import { hasTokenMask, firstMaskedRows, maskTitleOf } from "../data/encoding/masked-rows.js";
import type { RunEvent } from "../events/events.js";
import type { GroupLauncherFor } from "./process-group.js";
import type { OpenSession } from "../session/open-session.js";
import type { TrialInLock } from "../runs/together/trials.js";
import { unmeasuredCount } from "../training/loop/validation.js";
import { trackersWantModel } from "./tracker-context.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { TrainedWeights } from "../runs/weights.js";
import { releaseRun, assignWeights } from "./give-weights.js";
import type { TrainingContinuation, RunResult, TrainRequest } from "./request.js";
import { rankSteps } from "./rank-steps.js";
import type { StepProvider } from "./step-provider.js";
import { findRunsNamed } from "../runs/history/runs-named.js";
import { warnOfLostGuarantee, warnOfPriorSpending } from "./spent-before.js";
import { runTraining } from "./training.js";

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
  const onDamaged = (file: string, why: string, taken: Checkpoint): void =>
    warn("checkpoint-passed-over", { file, why, step: taken.position.step });
  const steps = action.gathers
    ? rankSteps(action.gathers(plan), (replaced) => warn("rank-replaced", replaced))
    : action.steps;
  const result = await runTraining(
    session,
    {
      plan,
      run: { name, resume, trial },
      ...(previewed && { preview: previews(name, context) }),
      ...(action.continues && { continues: action.continues }),
      ...(steps && { steps }),
      listener: {
        onDamaged,
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
        kept: `it goes on from ${plan.recipe.federated ? "round" : "step"} ${steps} or the next with \`resume: true\``,
      });
    }
    live.ran(result.run.id);
    onTrained();
    if (finalWeights) tellKept(finalWeights, plan, result, warn);
    if (finalWeights && previewed)
      reportFit({ plan, events: result.events, checkpoint: finalWeights.checkpoint }, context);
    if (action.calibrate) {
      const lines = await calibrateModel(session, { handle, plan, calls: action.calibrate }, { stage: context, warn });
      const [fitted, ...changed] = lines;
      if (fitted !== undefined) context.screen.display(fittedModelView(fitted, changed));
    }
    await tellChanges(name, result, context);
    const { technique } = plan.recipe.model;
    if ((await loadImplementation(technique, "technique")).merges?.(technique)) {
      const { folder } = await session.models.merge(handle, result.run.merged, {}, context.hostContext);
      context.screen.display({ bundle: { "text/plain": `the merged model is in ${folder}` } });
      session.trackers.again(result.run.path);
    } else if (!result.open.folder.adapter && !plan.recipe.model.scratch && (await trackersWantModel(context))) {
      await session.models.save(handle, result.run.merged, {}, context.hostContext);
      session.trackers.again(result.run.path);
    }
    makePrivate(result.run.path);
    return handle;
  } finally {
    releaseRun(result);
  }
}

/** `gathers`: returns the launcher of the process group that shares the updates. */
export interface TrainNamedOptions {
  readonly gathers?: GroupLauncherFor | undefined;
  /** The model to continue. Defaults to its base. */
  readonly continues?: TrainingContinuation | undefined;
  /** How steps are taken, unless a process group shares the updates. Defaults to this process alone. */
  readonly steps?: StepProvider | undefined;
}
export interface TrainingDisplay {
  readonly live: LiveTraining;
  readonly onTrained: () => void;
  /** It follows a similar training, so warnings that hold for all of them are not repeated. */
  readonly again?: boolean;
  /** The group of trainings that it belongs to. */
  readonly trial?: TrialInLock;
  /** Whether rows are shown before and after. */
  readonly previewed?: boolean;
}

/** Warns if the weights are not the ones that the recipe requests, or if no metric shows that they are the best. */
function tellKept({ checkpoint, damaged }: FinalCheckpoint, plan: Plan, { trained }: RunResult, warn: Warn): void {
  if (damaged) warn("best-not-kept", { ...damaged, kept: checkpoint.position.step });
  const { training } = plan.recipe;
  const none = unmeasuredCount(trained.last.position);
  if (none === 0) return;
  warn("kept-unmeasured", {
    metric: metricName(watchedMetric(registry, training), registry),
    none,
    of: trained.last.position.watched.length,
    kept: checkpoint.position.step,
    keeps: keepsBest(training),
  });
}

/** Reports over- or underfitting if the curves show it; a training that stopped early already says so itself. */
export function reportFit(
  { plan, events, checkpoint }: Pick<TrainedWeights, "plan" | "events" | "checkpoint">,
  context: ExecutionContext,
  model?: string,
): void {
  if (events.findLast((event) => event.kind === "stopped")?.reason === "early") return;
  const ofAnswers = (name: string): boolean => {
    const metric = metricCapabilities(name, registry);
    return metric !== undefined && !metric.ofLoss && metric.better === "greater";
  };
  const curves = curvesFromEvents(events, ofAnswers);
  const fit = assessFit(curves, plan.estimates.validating?.rows ?? 0);
  const takes = registry.find("task", plan.recipe.model.task.word)?.parameters ?? [];
  const smooths = takes.some(({ name }) => name === "label_smoothing");
  if (fit)
    context.screen.display(
      fitView(fit, {
        plan,
        smooths,
        steps: curves.steps,
        keptStep: checkpoint.position.step,
        ...(model !== undefined && { model }),
      }),
    );
}

async function tellChanges(model: string, { before, events }: RunResult, context: ExecutionContext): Promise<void> {
  if (!before) return;
  const { asking, answers } = before;
  const changes = comparePredictions(asking, answers, await asking.ask(context.signal));
  context.screen.display(predictionChangesView({ model, ...changes, moved: movedIn(events) }));
}

/** Returns a metric of the predictions that changed between validations; null if there is none. */
function movedIn(
  events: readonly RunEvent[],
): { readonly metric: string; readonly from: number; readonly to: number } | null {
  const validations = events.flatMap((event) => (event.kind === "evaluated" ? [event.metrics] : []));
  const [first = {}, last = first] = [validations[0], validations.at(-1)];
  for (const [metric, from] of Object.entries(first)) {
    const to = last[metric];
    if (!metricCapabilities(metric, registry)?.ofLoss && to !== undefined && to !== from && Number.isFinite(to - from))
      return { metric, from, to };
  }
  return null;
}

/** Shows which tokens of the first rows are trained, if not all of them are. */
function previews(model: string, context: ExecutionContext): NonNullable<TrainRequest["preview"]> {
  return async (rows, { task: { implementation }, tokenizer }, seed) => {
    if (!hasTokenMask(implementation)) return;
    const shown = await firstMaskedRows(rows, implementation, { tokenizer, most: 2, seed });
    context.screen.display(
      maskView(shown, {
        model,
        most: 240,
        what: maskTitleOf(implementation),
      }),
    );
  };
}
