/** Runs one trial: compiles the point's program, trains it and scores it on the validation split. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Span } from "#dsl/language/diagnostics/span.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { readCheckpoints } from "../runs/checkpoints.js";
import type { RunEvent } from "../events/events.js";
import { hasStoppedFor, isRunOfTrial, findRunsNamed } from "../runs/history/runs-by-recipe.js";
import { metricFilesIn } from "../inference/measuring/measure-metric.js";
import { finalCheckpoint } from "../models/kept-checkpoint.js";
import { releaseRunLock, assignWeights } from "../training-runs/assign-weights.js";
import type { RunResult } from "../training-runs/request.js";
import { runTraining } from "../training-runs/training.js";
import { evaluateModel } from "../evaluation/evaluate-once.js";
import { type ExecutionContext, warnerAt } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import {
  REFUSED_RECIPE,
  trialProgram,
  type TrialProgramContext as Compiled,
  type TrialProgram,
  type TrialModels,
  type TrialRequest,
  type TrialOutcome,
} from "./trial-program.js";
import { trialHook, metricsMeasurableInTraining } from "./trial-hook.js";

/** Dependencies of training and scoring a trial. */
export interface TrialContext {
  readonly session: OpenSession;
  readonly stage: ExecutionContext;
  readonly sweep: Pick<SweepPlan, "goal" | "goals" | "require">;
  /** Source span of the statement. */
  readonly span: Span;
  readonly models: TrialModels;
  /** Runs in a separate process, possibly concurrently with others. */
  readonly apart?: true;
}
/** The context that all trials of a sweep share. */
export interface SweepTrialContext extends Compiled, TrialContext {
  readonly session: OpenSession;
  readonly stage: ExecutionContext;
  readonly sweep: SweepPlan;
}

/**
 * Trains one point with each of its seeds and scores it on the validation split. The training split is never used
 * instead: without a validation split the checker refuses. The caller releases its turn.
 */
export async function runTrial(around: SweepTrialContext, request: TrialRequest): Promise<readonly TrialOutcome[]> {
  return trainPlans(around, request, await plansOfTrial(around, request));
}

/** Returns the plans of a trial: one per seed. Reports its hashes to the requester. */
export async function plansOfTrial(
  { stage, ...shared }: Compiled,
  request: TrialRequest,
): Promise<TrialProgram["plans"]> {
  const around = { ...shared, stage: { ...stage, signal: request.signal } };
  const program = await trialProgram(around, request.values, `${request.trialOf.sweep}_${request.trialOf.number}`);
  if ("refused" in program) {
    request.onProgram({ recipe: REFUSED_RECIPE });
    throw new TrialRefused(program.refused);
  }
  const { plans, recipe, data } = program;
  request.onProgram({ recipe, ...(data !== null && { data }) });
  return plans;
}

/** Request for a trial whose program is compiled. */
export type TrialTrainingRequest = Omit<TrialRequest, "values" | "onProgram">;

export async function trainPlans(
  { stage: context, ...shared }: TrialContext,
  request: TrialTrainingRequest,
  plans: TrialProgram["plans"],
): Promise<readonly TrialOutcome[]> {
  const around = { ...shared, stage: { ...context, signal: request.signal } };
  const outcomes: TrialOutcome[] = [];
  for (const { name, plan } of plans) {
    outcomes.push(await runOnce(around, request, { name, plan, first: outcomes.length === 0 }));
    if (request.ends() !== null) break;
  }
  return outcomes;
}

interface One {
  readonly name: string;
  readonly plan: Plan;
  /** Whether this is the first of several seeds. */
  readonly first: boolean;
}

async function runOnce(around: TrialContext, request: TrialTrainingRequest, one: One): Promise<TrialOutcome> {
  const { session, stage: context, sweep } = around;
  const { name, plan } = one;
  const { registry } = session.vocabulary;
  const bars = (sweep.require ?? []).map((bar) =>
    mustExist(registry.find("bar", bar.word)?.capabilities, `the description of ${bar.word}`).metric(bar),
  );
  const wanted = [...sweep.goals.map(({ metric }) => metric), ...bars];
  const measures = await metricsMeasurableInTraining(wanted, plan, registry);
  const before = request.resume ? doneBefore(session, request.trialOf, one, wanted) : null;
  if (before) return outcomeOf(before, sweep, registry);
  await request.turn.begin();
  const result = await trained(around, request, one, measures);
  const forget = () => session.weights.forget(result.run.path);
  if (result.trained.reason === "interrupted") {
    session.later(settledThen(result.trained.settled, forget));
    throw new CodedError("interrupted", {
      what: `the sweep ${request.trialOf.sweep}`,
      kept: "the trials done so far are kept: run the statement again to continue",
    });
  }
  const ended = { run: result.run.path, tokens: tokensOf(result.events) };
  try {
    if (result.trained.reason === "given up") return { ...ended, scores: null, bars: [] };
    const handle = session.models.unnamed(plan.recipe.model, name);
    const finalWeights = await assignWeights(session, handle, plan, result);
    if (finalWeights?.damaged)
      warnerAt(context, around.span)("best-not-kept", {
        ...finalWeights.damaged,
        kept: finalWeights.checkpoint.position.step,
      });
    const scores = toldAt(
      result.events,
      mustExist(finalWeights, "the weights of a finished training").checkpoint.position.step,
    );
    const missing = wanted.filter((metric) => !measures.includes(metric) || !(metricName(metric, registry) in scores));
    const how = {
      metrics: missing,
      batch_size: plan.recipe.training.batch_size,
      world: metricFilesIn(context.hostContext.folder),
      judging: { beside: null, signal: context.signal, onProgress: context.hostContext.onProgress },
    };
    const subject = { data: plan.recipe.data, split: "validation" };
    const scored = missing.length > 0 ? await evaluateModel(session, handle, subject, how, context) : null;
    const values = wanted.map(
      (metric) => (missing.includes(metric) ? scored?.evaluation.metrics : scores)?.[metricName(metric, registry)],
    );
    return outcomeOf({ ...ended, values, step: result.trained.steps }, sweep, registry);
  } finally {
    releaseRunLock(result);
    await forget();
  }
}

/** Waits until the training has settled, then releases its weights. */
async function settledThen(settled: Promise<unknown>, forget: () => Promise<void>): Promise<void> {
  try {
    await settled;
  } finally {
    await forget();
  }
}

function outcomeOf(
  {
    values,
    step,
    ...ended
  }: Pick<TrialOutcome, "run" | "tokens"> & {
    readonly values: readonly (number | undefined)[];
    readonly step: number;
  },
  { goals }: Pick<SweepPlan, "goals">,
  registry: Registry,
): TrialOutcome {
  const all = values.map((value) => value ?? Number.NaN);
  const none = goals.findIndex((_, i) => Number.isNaN(all[i]));
  const unmeasured = goals[none];
  if (unmeasured) throw new CodedError("trial-unmeasured", { metric: metricName(unmeasured.metric, registry), step });
  return { ...ended, scores: all.slice(0, goals.length), bars: all.slice(goals.length) };
}

/**
 * Returns the result if the trial was fully trained before the sweep was interrupted and its log contains all wanted
 * scores; else null.
 */
function doneBefore(
  { runs, vocabulary }: OpenSession,
  trialOf: TrialRequest["trialOf"],
  { name, plan }: One,
  wanted: readonly Call[],
) {
  // Without early stopping in the recipe, an early end means that the user stopped it.
  const itself = plan.recipe.training.early_stopping === null ? ["done"] : ["done", "early"];
  const run = findRunsNamed(runs, name, plan.recipeHash).find(
    (one) => isRunOfTrial(one, trialOf) && hasStoppedFor(one, itself),
  );
  if (!run || readCheckpoints(run).length === 0) return null;
  const events = run.events();
  const { step } = finalCheckpoint(run, plan).position;
  const scores = toldAt(events, step);
  const values = wanted.map((metric) => scores[metricName(metric, vocabulary.registry)]);
  return values.includes(undefined) ? null : { run: run.path, tokens: tokensOf(events), values, step };
}

async function trained(
  around: TrialContext,
  trialRequest: TrialTrainingRequest,
  { name, plan, first }: One,
  measures: readonly Call[],
): Promise<RunResult> {
  const { session, stage: context, sweep, models } = around;
  const metric = metricName(sweep.goal.metric, session.vocabulary.registry);
  const tell = (event: RunEvent): void => {
    if (event.kind === "step") trialRequest.onStep(event.step, event.tokens);
    const score = event.kind === "evaluated" ? event.metrics[metric] : undefined;
    if (event.kind === "evaluated" && first && score !== undefined && !Number.isNaN(score))
      trialRequest.onReport(event.step, score);
  };
  const request = {
    plan,
    measures,
    machine: { opens: models.opens, concurrent: around.apart === true },
    listener: {
      onEvent: (event: RunEvent) => {
        tell(event);
        trialRequest.onEvent?.(event);
      },
      onBehind: (events: readonly RunEvent[]) => events.forEach(tell),
      onRun: (folder: string) => trialRequest.onRun(folder),
    },
    hooks: (steps: number) => {
      trialRequest.onSteps(steps);
      return [trialHook(steps, { pass: () => trialRequest.turn.pass(), endsNow: () => trialRequest.ends() })];
    },
  };
  const run = { name, trial: trialRequest.trialOf };
  if (!trialRequest.resume) return runTraining(session, { ...request, run: { ...run, resume: false } }, context);
  try {
    return await runTraining(session, { ...request, run: { ...run, resume: true } }, context);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== "nothing-to-resume") throw error;
    return runTraining(session, { ...request, run: { ...run, resume: false } }, context);
  }
}

/** Returns the validation scores after this step. */
function toldAt(events: readonly RunEvent[], step: number): Readonly<Record<string, number>> {
  for (const event of events.toReversed()) if (event.kind === "evaluated" && event.step === step) return event.metrics;
  return {};
}

function tokensOf(events: readonly RunEvent[]): number {
  return events.reduce((sum, event) => (event.kind === "step" ? sum + event.tokens : sum), 0);
}

class TrialRefused extends Error {
  constructor(code: string) {
    super(`the checker refused it: ${code}`);
  }
}
