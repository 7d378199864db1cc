/** One training from rows to weights: its run, the model in the engine, and the loop. */
import { rankingDirectionOf, watchedMetric } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { predictionProbeOf } from "../models/prediction-changes.js";
import { engineWorkOf } from "../engines/work.js";
import { loadNewestCheckpoint, type Checkpoint } from "../runs/checkpoints.js";
import { claimNewRun, claimUnfinishedRun, type RunClaim } from "../training/claim-run.js";
import { noteRunning } from "../remote/supervisor/running-processes.js";
import { withProgressLabel } from "../host/host-context.js";
import { rememberPace, steadySeconds } from "../session/answers/machine.js";
import { prepareHead } from "../models/own-head.js";
import type { OpenModel } from "../models/open-model.js";
import { eventsUntil } from "../runs/read-events.js";
import type { RunEvent } from "../events/events.js";
import { learntRowsOfStart } from "../inference/measuring/learnt-overlap.js";
import { runTrainingLoop } from "../training/loop/train.js";
import type { TrainingLoopInput } from "../training/loop/contract.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { reportRunBegun } from "./tracker-context.js";

import type { Engine } from "../engines/engine.js";
import { localSteps } from "./local-steps.js";
import { rowPrivacyOf, refuseUnsupportedPrivacy } from "./private.js";
import { runLockDetails, recordLearntRows, recordRowIdentities } from "./begun-run.js";
import { prepareMaterial, type TrainingMaterial } from "./material.js";
import type { RunResult, TrainRequest } from "./request.js";
import type { StepsOpener } from "./step-provider.js";

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
  const { steps = localSteps, continues } = request;
  if (rowPrivacyOf(plan)) await refuseUnsupportedPrivacy(plan, { ranks: steps.sharesUpdates === true });
  const read = { plan, name, joins: steps.joins, ...(continues && { continues }) };
  const material = await prepareMaterial(session, read, context);
  // Seeds of one training are equivalent, whichever journal lists them.
  const wanted = { name, trial: trial?.seeds ? undefined : trial };
  let claim: RunClaim | null = resume ? await claimUnfinishedRun(session.runs, plan, wanted) : null;
  try {
    const [engine] = await Promise.all([
      session.engines.engine(engineWorkOf(plan)),
      request.preview?.(material.rows, material.encoding, training.seed),
    ]);
    const begun = claim ? null : learntRowsOfStart(model, material.base, context.hostContext.folder);
    claim ??= claimNewRun(session.runs, name, plan, await runLockDetails(request, material, engine, context));
    request.listener.onRun?.(claim.run.path);
    reportRunBegun(session, claim.run.path, context, trial);
    if (!trial) claim.lock.whenReleased(noteRunning(claim.run.path));
    await context.follows?.began(name, claim.run.path);
    const learnt = { prepared: steps.learns?.(material.prepared) ?? material.prepared };
    if (begun) await session.weights.keep(claim.run, model, material.base);
    if (begun) await recordLearntRows(claim.run, begun, request, learnt, context);
    if (begun && !trial) await recordRowIdentities(claim.run, plan, learnt);
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
  readonly material: TrainingMaterial;
  readonly engine: Engine;
}

async function trainIn(work: Work, openSteps: StepsOpener): Promise<RunResult> {
  const { session, request, stage: context, material, engine, run, lock } = work;
  const { registry } = session.vocabulary;
  const { plan, listener, machine } = request;
  const { hostContext, signal, follows } = context;
  const opening = (): Promise<OpenModel> => openIn(work);
  // No progress line for a trial of a sweep: each trial opens its own model.
  const open = request.run.trial
    ? await opening()
    : await withProgressLabel(hostContext, `weights of ${request.run.name} loaded`, opening);
  const before = request.preview ? await answeredBefore(work, open) : null;
  const { resume, damaged } = await loadedCheckpoint(work, open);
  const events: RunEvent[] = resume ? [...eventsUntil(run.events(), resume.position.step)] : [];
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
    rememberTime(work, { events, earlier, total: source.total, resume, steps: trained.steps });
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
  readonly resume: Checkpoint | null;
  /** Steps of the run so far. */
  readonly steps: number;
}
/** Records how long this machine took for a training's steps, for later estimates. */
function rememberTime({ request, engine }: Work, { events, earlier, total, resume, steps: done }: Timed): void {
  const steps = done - (resume?.position.step ?? 0);
  if (steps <= 0) return;
  const { flops: trains, validating } = request.plan.estimates;
  const flops = (trains + (validating?.flops ?? 0)) * (steps / total);
  // Other trainings may have run during pauses: the log counts this training's own time.
  const totalSeconds = events.findLast((event) => event.kind === "stopped")?.seconds ?? 0;
  const seconds = steadySeconds(totalSeconds - (resume?.position.seconds ?? 0), events.slice(earlier));
  rememberPace(engine.info.name, { flops, steps, seconds });
}

/**
 * Opens the model in the engine in its initial state: a new run takes the base's own head and the standardisation of
 * its targets.
 */
async function openIn({ session, request, stage: context, material, run, checkpoints }: Work): Promise<OpenModel> {
  const { base, labels } = material;
  const { folder } = context.hostContext;
  const { machine, continues } = request;
  const more = { opens: machine?.opens, objective: continues?.objective };
  const open = await session.weights.fresh(run.path, request.plan, base, labels, folder, more);
  const goesOn = checkpoints.length > 0;
  await continues?.begins(open, material, run, goesOn);
  // A resumed run has its initial state in the checkpoint.
  if (goesOn || (continues && !continues.head)) return open;
  const lost = await prepareHead(open, request.plan, material);
  if (lost) request.listener.onHeadLost?.(lost);
  return open;
}

async function answeredBefore(
  { request, stage: context, material }: Work,
  open: OpenModel,
): Promise<RunResult["before"]> {
  const { prepared, encoding, tokenizer, base, rows, validation } = material;
  const asking = await predictionProbeOf({
    plan: request.plan,
    open,
    prepared,
    encoding,
    tokenizer,
    base,
    rows: validation ?? rows,
    validates: validation !== null,
  });
  return asking && { asking, answers: await asking.ask(context.signal) };
}

/** Loads the newest readable checkpoint of a resumed run, and reports those that could not be read. */
async function loadedCheckpoint(
  { request, checkpoints }: Work,
  open: OpenModel,
): Promise<Pick<TrainingLoopInput, "resume" | "damaged">> {
  if (checkpoints.length === 0) return { resume: null, damaged: [] };
  const { checkpoint, damaged } = await loadNewestCheckpoint(open.session, checkpoints);
  for (const { file, error } of damaged) request.listener.onDamaged?.(file, (error as Error).message, checkpoint);
  return { resume: checkpoint, damaged };
}
