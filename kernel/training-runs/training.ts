/** One training from rows to weights: its run, the model in the engine, and the loop. */
import { rankingDirectionOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { engineWorkOf } from "../engines/engine-work.js";
import { claimNewRun, claimUnfinishedRun, type RunClaim } from "../training/claim-run.js";
import { registerRunningTraining } from "../remote/supervisor/running-processes.js";
import { recordEnginePace, secondsWithoutStartup } from "../session/answers/machine.js";
import type { RunEvent } from "../events/events.js";
import { runTrainingLoop } from "../training/loop/train.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { reportRunStartToTrackers } from "./tracker-context.js";
import type { Engine } from "../engines/engine.js";
import { localStepProvider } from "./local-steps.js";
import { rowPrivacyOf, refuseUnsupportedPrivacy } from "./private.js";
import { collectNewRunFacts, recordTrainingRows, recordRowMarks } from "./start-record.js";
import { prepareTrainingInputs, type TrainingInputs } from "./training-inputs.js";
import type { RunResult, TrainRequest } from "./request.js";
import type { StepsOpener } from "./step-provider.js";
import { openInitialModel, predictionsBefore, loadNewestReadable } from "./initial-model.js";
import { trainingRowHashesOfStart } from "../inference/measuring/learnt-overlap.js";

/**
 * Prepares everything, opens the model in the engine and runs the loop. Used by `train` and by each trial of `sweep`.
 */
export async function runTraining(
  session: OpenSession,
  request: TrainRequest,
  context: ExecutionContext,
): Promise<RunResult> {
  const { plan } = request;
  const { model, training } = plan.recipe;
  const { name, trial, resume } = request.run;
  const { steps = localStepProvider, continues } = request;
  if (rowPrivacyOf(plan)) await refuseUnsupportedPrivacy(plan, { ranks: steps.sharesUpdates === true });
  const read = { plan, name, joins: steps.joins, ...(continues && { continues }) };
  const material = await prepareTrainingInputs(session, read, context);
  // Seeds of one training are equivalent, whichever journal lists them.
  const wanted = { name, trial: trial?.seeds ? undefined : trial };
  let claim: RunClaim | null = resume ? await claimUnfinishedRun(session.runs, plan, wanted) : null;
  try {
    const [engine] = await Promise.all([
      session.engines.engine(engineWorkOf(plan)),
      request.preview?.(material.rows, material.encoding, training.seed),
    ]);
    const begun = claim ? null : trainingRowHashesOfStart(model, material.base, context.hostContext.folder);
    claim ??= claimNewRun(session.runs, name, plan, await collectNewRunFacts(request, material, engine, context));
    request.listener.onRun?.(claim.run.path);
    reportRunStartToTrackers(session, claim.run.path, context, trial);
    if (!trial) claim.lock.whenReleased(registerRunningTraining(claim.run.path));
    await context.follows?.began(name, claim.run.path);
    const learnt = { prepared: steps.learns?.(material.prepared) ?? material.prepared };
    if (begun) await session.weights.trainedBases.keep(claim.run, model, material.base);
    if (begun) await recordTrainingRows(claim.run, begun, request, learnt, context);
    if (begun && !trial) await recordRowMarks(claim.run, plan, learnt);
    const { engines } = session;
    const { signal } = context;
    const work = { session, request, stage: context, material, engine, ...claim };
    const first = { plan, engine, engines, signal, run: claim.run, checkpoints: claim.checkpoints };
    return await steps.attempt(first, (attempt, open) => trainIn({ ...work, ...attempt }, open));
  } catch (error) {
    if (claim) await session.weights.forget(claim.run.path);
    claim?.lock.release();
    throw error;
  }
}

/** A training that has its run and its engine. */
interface Work extends RunClaim {
  readonly session: OpenSession;
  readonly request: TrainRequest;
  readonly stage: ExecutionContext;
  readonly material: TrainingInputs;
  readonly engine: Engine;
}

async function trainIn(work: Work, openSteps: StepsOpener): Promise<RunResult> {
  const { session, request, stage: context, material, engine, run, lock } = work;
  const { registry } = session.vocabulary;
  const { plan, listener, machine } = request;
  const { hostContext, signal, follows } = context;
  const open = await openInitialModel(work);
  const before = request.preview ? await predictionsBefore(work, open) : null;
  const { resume, damaged, behind } = await loadNewestReadable(work, open);
  const events: RunEvent[] = [...behind];
  const earlier = events.length;
  listener.onBehind?.(events);
  const watched = watchedMetric(registry, plan.recipe.training);
  const wanted = { registry, plan, watched, measures: request.measures };
  const steps = await openSteps({ plan, material, open, run, resume, wanted, hostContext, signal });
  const { source, validate } = steps;
  const metric = metricName(watched, registry);
  const trained = await runTrainingLoop({
    plan,
    source,
    hooks: [...steps.hooks, ...(request.hooks?.(source.total) ?? [])],
    validation: {
      validate,
      watched: { name: metric, better: rankingDirectionOf(registry, watched, "keep") },
      stopping: material.stopping,
      onProgress: (done, total) => {
        listener.onValidating?.(done, total);
        follows?.validating(done, total);
      },
      onUnmeasured: (step) => listener.onUnmeasured?.(step, metric),
    },
    model: { session: open.session, saved: open.states.saved },
    run,
    lock,
    engine: engine.info.title,
    resume,
    damaged,
    ...(signal ? { signal } : {}),
    onEvent: (event) => {
      events.push(event);
      listener.onEvent(event);
      session.trackers.happened(run.path, { soon: event.kind === "stopped" });
      follows?.event(event);
    },
  });
  if (trained.reason === "done" && source.predictsStepTime && !machine?.concurrent)
    rememberTime(work, {
      events,
      earlier,
      total: source.total,
      resume: resume?.position ?? null,
      steps: trained.steps,
    });
  const settled = trained.settled.finally(() => trained.reason === "interrupted" && lock.release());
  settled.catch(() => undefined); // reported by whoever awaits it
  const { labels } = material;
  const { facts: data } = material.prepared;
  const base = plan.recipe.model.scratch ? null : material.base.folder;
  return { trained: { ...trained, settled }, run, lock, open, labels, data, base, events, before };
}

interface Timed {
  readonly events: readonly RunEvent[];
  /** Number of events of the run before this attempt. */
  readonly earlier: number;
  readonly total: number;
  /** Where this attempt resumed the run; null for a new one. */
  readonly resume: { readonly step: number; readonly seconds: number } | null;
  /** Steps of the run so far. */
  readonly steps: number;
}
/** Records how long this machine took for a training's steps, for later estimates. */
function rememberTime({ request, engine }: Work, { events, earlier, total, resume, steps: done }: Timed): void {
  const steps = done - (resume?.step ?? 0);
  if (steps <= 0) return;
  const { flops: trains, validating } = request.plan.estimates;
  const flops = (trains + (validating?.flops ?? 0)) * (steps / total);
  // Other trainings may have run during pauses: the log counts this training's own time.
  const totalSeconds = events.findLast((event) => event.kind === "stopped")?.seconds ?? 0;
  const seconds = secondsWithoutStartup(totalSeconds - (resume?.seconds ?? 0), events.slice(earlier));
  recordEnginePace(engine.info.name, { flops, steps, seconds });
}
