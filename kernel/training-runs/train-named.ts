/** One training as a person follows it: its live picture, what is wrong with its weights, and what it changed. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { keepsBest, watchedIn } from "#dsl/compiler/plan/watched-metric.js";
import { metricName, metricNamed } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { closeToOthers } from "../fetch/private.js";
import { calibrate } from "../evaluation/calibrate.js";
import { fittedShown } from "../display/fitted-model.js";
import { changedShown } from "../display/prediction-changes.js";
import { compared } from "../models/prediction-changes.js";
import { type Warn, warningsOn } from "../session/warnings.js";
import { fittingShown } from "../display/fitting.js";
import { curvesIn, fitOf } from "../host/fitting.js";
import { maskShown } from "../display/data/mask.js";
import type { Checkpoint } from "../runs/checkpoints.js";
import type { Kept } from "../models/kept-checkpoint.js";
import type { LiveTraining } from "../session/live-training.js";
import { hasMask, maskedRows, maskTitleOf } from "../data/encoding/masked-rows.js";
import type { RunEvent } from "../events/events.js";
import type { GathersFor } from "./process-group.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { TrialOf } from "../runs/together/trials.js";
import { unmeasured } from "../training/loop/validation.js";
import { wantsModel } from "./tracker-context.js";
import { does } from "../host/load-implementation.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { Weights } from "../runs/weights.js";
import { giveBack, giveWeights } from "./give-weights.js";
import type { Continues, RunResult, TrainRequest } from "./request.js";
import { rankSteps } from "./rank-steps.js";
import type { StepProvider } from "./step-provider.js";
import { runsNamed } from "../runs/history/runs-named.js";
import { warnOfLost, warnOfSpent } from "./spent-before.js";
import { trainOnce } from "./training.js";

/** One training under a name, which has its weights afterwards. `onTrained`: what is shown once they are there. */
export async function trainNamed(
  session: OpenSession,
  action: Pick<Extract<Action, { verb: "train" }>, "plan" | "name" | "resume" | "calibrate" | "span"> & Shared,
  stage: Stage,
  { live, onTrained, previewed = true, again = false, trial }: Shows,
): Promise<ModelHandle> {
  const { plan, name, resume } = action;
  const handle = session.models.define(plan.recipe.model, name);
  await handle.weights?.settled;
  handle.begun = true;
  handle.seeds = null;
  const warn = warningsOn(stage, action.span);
  const goesOn = resume ? (runsNamed(session.runs, name, plan.recipeHash)[0]?.id ?? null) : null;
  await warnOfSpent(session.runs, plan, warn, goesOn);
  warnOfLost(session.runs, plan, warn);
  const onDamaged = (file: string, why: string, taken: Checkpoint): void =>
    warn("checkpoint-passed-over", { file, why, step: taken.position.step });
  const steps = action.gathers
    ? rankSteps(action.gathers(plan), (replaced) => warn("rank-replaced", replaced))
    : action.steps;
  const result = await trainOnce(
    session,
    {
      plan,
      run: { name, resume, trial },
      ...(previewed && { preview: previews(name, stage) }),
      ...(action.continues && { continues: action.continues }),
      ...(steps && { steps }),
      listener: {
        onDamaged,
        onUnmeasured: (step, metric) => warn("validation-unmeasured", { step, metric }),
        onHeadLost: (data) => !again && warn("head-not-kept", data),
        onBehind: (events) => live.behind(events),
        onEvent: (event) => live.on(event),
        onValidating: (done, of) => live.validating(done, of),
      },
    },
    stage,
  );
  try {
    const kept = await giveWeights(session, handle, plan, result);
    if (result.trained.reason === "interrupted") {
      const { steps } = result.trained;
      throw new CodedError("interrupted", {
        what: `training ${name}`,
        kept: `it goes on from ${plan.recipe.federated ? "round" : "step"} ${steps} or the next with \`resume: true\``,
      });
    }
    live.ran(result.run.id);
    onTrained();
    if (kept) tellKept(kept, plan, result, warn);
    if (kept && previewed) tellFit({ plan, events: result.events, checkpoint: kept.checkpoint }, stage);
    if (action.calibrate) {
      const told = await calibrate(session, { handle, plan, calls: action.calibrate }, { stage, warn });
      const [fitted, ...changed] = told;
      if (fitted !== undefined) stage.screen.display(fittedShown(fitted, changed));
    }
    await tellChanges(name, result, stage);
    const { technique } = plan.recipe.model;
    if ((await does(technique, "technique")).merges?.(technique)) {
      const { folder } = await session.models.merge(handle, result.run.merged, {}, stage.hostContext);
      stage.screen.display({ bundle: { "text/plain": `the merged model is in ${folder}` } });
      session.trackers.again(result.run.path);
    } else if (!result.open.adapter && !plan.recipe.model.scratch && (await wantsModel(stage))) {
      await session.models.save(handle, result.run.merged, {}, stage.hostContext);
      session.trackers.again(result.run.path);
    }
    closeToOthers(result.run.path);
    return handle;
  } finally {
    giveBack(result);
  }
}

/** `gathers`: what calls those together that share its updates. */
export interface Shared {
  readonly gathers?: GathersFor | undefined;
  /** What it goes on from; absent: its base. */
  readonly continues?: Continues | undefined;
  /** How it takes its steps, unless others share its updates; absent: alone. */
  readonly steps?: StepProvider | undefined;
}
export interface Shows {
  readonly live: LiveTraining;
  readonly onTrained: () => void;
  /** It is like the one before it, which told what is so of all. */
  readonly again?: boolean;
  /** Of which trainings it is one. */
  readonly trial?: TrialOf;
  /** Whether rows are shown before and after. */
  readonly previewed?: boolean;
}

/** Where the weights are other ones than the recipe asked for, or no metric says that they are the best. */
function tellKept({ checkpoint, damaged }: Kept, plan: Plan, { trained }: RunResult, warn: Warn): void {
  if (damaged) warn("best-not-kept", { ...damaged, kept: checkpoint.position.step });
  const { training } = plan.recipe;
  const none = unmeasured(trained.last.position);
  if (none === 0) return;
  warn("kept-unmeasured", {
    metric: metricName(watchedIn(registry, training), registry),
    none,
    of: trained.last.position.watched.length,
    kept: checkpoint.position.step,
    keeps: keepsBest(training),
  });
}

/** How well it fits, where its curves say it; one that stopped early says by itself that it went too far. */
export function tellFit(
  { plan, events, checkpoint }: Pick<Weights, "plan" | "events" | "checkpoint">,
  stage: Stage,
  model?: string,
): void {
  if (events.findLast((event) => event.kind === "stopped")?.reason === "early") return;
  const ofAnswers = (name: string): boolean => {
    const metric = metricNamed(name, registry);
    return metric !== undefined && !metric.ofLoss && metric.better === "greater";
  };
  const curves = curvesIn(events, ofAnswers);
  const fit = fitOf(curves, plan.estimates.validating?.rows ?? 0);
  const takes = registry.find("task", plan.recipe.model.task.word)?.parameters ?? [];
  const smooths = takes.some(({ name }) => name === "label_smoothing");
  if (fit)
    stage.screen.display(
      fittingShown(fit, {
        plan,
        smooths,
        steps: curves.steps,
        kept: checkpoint.position.step,
        ...(model !== undefined && { model }),
      }),
    );
}

async function tellChanges(model: string, { before, events }: RunResult, stage: Stage): Promise<void> {
  if (!before) return;
  const { asking, answers } = before;
  const changes = compared(asking, answers, await asking.ask(stage.signal));
  stage.screen.display(changedShown({ model, ...changes, moved: movedIn(events) }));
}

/** A score of answers that its validations saw change; null: there is none. */
function movedIn(
  events: readonly RunEvent[],
): { readonly metric: string; readonly from: number; readonly to: number } | null {
  const validations = events.flatMap((event) => (event.kind === "evaluated" ? [event.metrics] : []));
  const [first = {}, last = first] = [validations[0], validations.at(-1)];
  for (const [metric, from] of Object.entries(first)) {
    const to = last[metric];
    if (!metricNamed(metric, registry)?.ofLoss && to !== undefined && to !== from && Number.isFinite(to - from))
      return { metric, from, to };
  }
  return null;
}

/** Shows which tokens of the first rows are trained, where not all that is read is learnt. */
function previews(model: string, stage: Stage): NonNullable<TrainRequest["preview"]> {
  return async (rows, { task: { implementation }, tokenizer }, seed) => {
    if (!hasMask(implementation)) return;
    const shown = await maskedRows(rows, implementation, { tokenizer, most: 2, seed });
    stage.screen.display(
      maskShown(shown, {
        model,
        most: 240,
        what: maskTitleOf(implementation),
      }),
    );
  };
}
