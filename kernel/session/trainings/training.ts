/** One training from rows to weights: its run, the model in the engine, and the loop. */
import { rankedBy, watchedIn } from "#dsl/plan/watched.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { askingOf } from "../models/changed.js";
import { workOf } from "../../engine/work.js";
import { loadNewest, type Checkpoint } from "../../artifacts/checkpoints.js";
import { claimNew, claimUnfinished, type Claim } from "../../training/claim-run.js";
import { noteRunning } from "../../control/running.js";
import { during } from "../../core/session/host-context.js";
import { rememberTook, steadily } from "../engines/machine.js";
import { takeHead } from "../models/own-head.js";
import type { OpenModel } from "../models/open-model.js";
import { eventsUntil } from "../../artifacts/read-events.js";
import type { RunEvent } from "../../core/session/events.js";
import { begunFrom } from "../../inference/measuring/seen.js";
import { standardise } from "../../artifacts/standardised.js";
import { Dynamics, loadDynamics } from "../../training/dynamics.js";
import { totalSteps } from "../../training/steps.js";
import { train } from "../../training/train.js";
import { type Training } from "../../training/contract.js";
import { sharesOf } from "../../ranks/begin.js";
import { together, type Gang } from "./gang.js";
import { exactFit } from "./exact.js";
import type { Stage } from "../stage.js";
import type { OpenSession } from "../open-session.js";
import { tellBegun } from "./told.js";

import type { Engine } from "../../engine/engine.js";
import { privacyOf, privateTraining, refusePrivate } from "./private.js";
import { aboutRun, noteLearnt, noteRows } from "./begun-run.js";
import { materialOf, type Material } from "./material.js";
import { validatingOn } from "./validating.js";
import type { RunResult, TrainRequest } from "./request.js";

/** Prepares everything, opens the model in the engine and runs the loop. Used by `train` and by each trial of `sweep`. */
export async function trainOnce(session: OpenSession, request: TrainRequest, stage: Stage): Promise<RunResult> {
  const { plan } = request;
  const { model, training } = plan.recipe;
  if (privacyOf(plan)) await refusePrivate(plan, { ranks: request.gathers !== undefined });
  const material = await materialOf(session, request, stage);
  const { name, trial } = request;
  // Seeds of one training are alike whichever journal tells of them.
  const wanted = { name, trial: trial?.seeds ? undefined : trial };
  let claim: Claim | null = request.resume ? await claimUnfinished(session.runs, plan, wanted) : null;
  try {
    const [engine] = await Promise.all([
      session.engines.engine(workOf(plan)),
      request.onRows?.(material.rows, material.encoding, training.seed),
    ]);
    const begun = claim ? null : begunFrom(model, material.base, stage.hostContext.folder);
    claim ??= claimNew(session.runs, request.name, plan, await aboutRun(request, material, engine, stage));
    request.onRun?.(claim.run.path);
    tellBegun(session, claim.run.path, stage, trial);
    if (!trial) claim.lock.whenReleased(noteRunning(claim.run.path));
    await stage.follows?.began(name, claim.run.path);
    const learnt = { prepared: request.federates?.learns(material.prepared) ?? material.prepared };
    if (begun) await session.weights.keep(claim.run, model, material.base);
    if (begun) await noteLearnt(claim.run, begun, request, learnt, stage);
    if (begun && !trial) await noteRows(claim.run, plan, learnt);
    const work = { session, request, stage, material, engine, ...claim };
    const { gathers } = request;
    return await (gathers
      ? together(work, gathers, (again, gang) => trainIn({ ...work, ...again }, gang))
      : trainIn(work));
  } catch (error) {
    if (claim) await session.weights.forget(claim.run.path);
    claim?.lock.release();
    throw error;
  }
}

/** A training that has its run and its engine. */
interface Work extends Claim {
  readonly session: OpenSession;
  readonly request: TrainRequest;
  readonly stage: Stage;
  readonly material: Material;
  readonly engine: Engine;
}

async function trainIn(work: Work, gang?: Gang): Promise<RunResult> {
  const { session, request, material, engine, run, lock } = work;
  const { registry } = work.session.vocabulary;
  const { plan } = request;
  const opening = (): Promise<OpenModel> => openIn(work);
  // Each trial of a sweep opens one of its own.
  const open = request.trial
    ? await opening()
    : await during(work.stage.hostContext, `weights of ${request.name} loaded`, opening);
  const before = request.compares ? await askedBefore(work, open) : null;
  const { resume, damaged } = await takenUp(work, open);
  const events: RunEvent[] = resume ? [...eventsUntil(run.events(), resume.position.step)] : [];
  const earlier = events.length;
  request.onBehind?.(events);
  const shares =
    gang && (await sharesOf(open.session, { ...open, averages: plan.recipe.training.average !== undefined }));
  if (gang && shares) await gang.begin(open.session, shares, resume?.position.step ?? 0);
  const watched = watchedIn(registry, plan.recipe.training);
  const exact = await exactFit(plan, { ...material, session: open.session }, work.stage);
  const wanted = { registry, plan, watched, measures: request.measures };
  const done = resume?.position.step ?? 0;
  const { signal } = work.stage;
  const { privacy: spent } = resume?.position ?? {};
  const privately = request.federates
    ? null
    : await privateTraining(plan, material, { open, run, ...(spent && { checkpoint: spent }) });
  const federated = await request.federates?.begin({ open, material, run, done, wanted, signal });
  const total = federated?.rounds.total ?? totalSteps(plan, material.loader, exact !== null);
  const trained = await train({
    plan,
    session: open.session,
    saved: open.saved,
    run,
    lock,
    loader: material.loader,
    exact,
    schedule: material.schedule,
    stopping: material.stopping,
    privately,
    // How sure it was of each row is what privacy is about.
    watchedRows: exact || federated || privately ? null : watchedRows(work, resume),
    ...(federated && { federated }),
    validate: federated ? federated.validate : await validatingOn(wanted, material, open),
    watched: { name: metricName(watched, registry), better: rankedBy(registry, watched, "keep") },
    engine: engine.info.title,
    onValidating: (done, of) => {
      request.onValidating?.(done, of);
      work.stage.follows?.validating(done, of);
    },
    onUnmeasured: (step) => request.onUnmeasured?.(step, metricName(watched, registry)),
    resume,
    damaged,
    ...(work.stage.signal ? { signal: work.stage.signal } : {}),
    ...(request.among && { among: request.among(total) }),
    ...(gang && shares && { gang: { hub: gang.hub, shares } }),
    on: (event) => {
      events.push(event);
      request.onEvent(event);
      session.trackers.happened(run.path, { soon: event.kind === "stopped" });
      work.stage.follows?.event(event);
    },
  });
  const steps = trained.steps - (resume?.position.step ?? 0);
  // A head that is found at once says little of what steps take, and so do several processes.
  if (trained.reason === "done" && steps > 0 && !request.apart && !exact && !gang && !federated) {
    const { flops: trains, validating } = plan.estimates;
    const flops = (trains + (validating?.flops ?? 0)) * (steps / total);
    // Others may have trained meanwhile: the log counts its own time.
    const own = events.findLast((event) => event.kind === "stopped")?.seconds ?? 0;
    const seconds = steadily(own - (resume?.position.seconds ?? 0), events.slice(earlier));
    rememberTook(engine.info.name, { flops, steps, seconds });
  }
  const settled = trained.settled.finally(() => trained.reason === "interrupted" && lock.release());
  settled.catch(() => undefined); // told by whoever waits for it
  const { labels } = material;
  const { facts: data } = material.prepared;
  const base = plan.recipe.model.scratch ? null : material.base.folder;
  return { trained: { ...trained, settled }, run, lock, open, labels, data, base, events, before };
}

/** Rows whose margins are kept. A run of an older version that goes on has nothing of its first steps: nothing is kept of it. */
function watchedRows({ material, run }: Work, resume: Checkpoint | null): Training["watchedRows"] {
  const { rows, encoding } = material;
  const truth = rows.taught?.oneRight;
  if (!truth || !encoding.task.implementation.oneLabel) return null;
  const dynamics = resume ? loadDynamics(run, resume.position.step, truth.length) : Dynamics.of(truth.length);
  return dynamics && { truth, dynamics };
}

/** The model in the engine, as it begins: a new run takes the base's own head and the standard of its numbers. */
async function openIn({ session, request, stage, material, run, checkpoints }: Work): Promise<OpenModel> {
  const { base, labels, rows } = material;
  const { model } = request.plan.recipe;
  const { folder } = stage.hostContext;
  const { opens, continues } = request;
  const more = { opens, lessons: continues?.lessons };
  const open = await session.weights.fresh(run.path, request.plan, base, labels, folder, more);
  const goesOn = checkpoints.length > 0;
  await continues?.begins(open, material, run, goesOn);
  // A run that goes on has in its checkpoint what it began with; those of older versions had nothing.
  if (goesOn || (continues && !continues.head)) return open;
  const lost = await takeHead(open.session, model, base, labels);
  if (lost) request.onHeadLost?.(lost);
  const { standardised } = open;
  // Mean and spread of the training rows' numbers would be told by the head.
  if (standardised && rows.taught?.standard && !request.plan.recipe.training.privacy)
    await standardise(open.session, standardised, rows.taught.standard, standardised.knows);
  return open;
}

async function askedBefore({ request, stage, material }: Work, open: OpenModel): Promise<RunResult["before"]> {
  const { prepared, encoding, tokenizer, base, rows, validation } = material;
  const asking = await askingOf({
    plan: request.plan,
    open,
    prepared,
    encoding,
    tokenizer,
    base,
    rows: validation ?? rows,
    validates: validation !== null,
  });
  return asking && { asking, answers: await asking.ask(stage.signal) };
}

/** Loads the newest checkpoint of a run that goes on, and tells of those that could not be read. */
async function takenUp({ request, checkpoints }: Work, open: OpenModel): Promise<Pick<Training, "resume" | "damaged">> {
  if (checkpoints.length === 0) return { resume: null, damaged: [] };
  const { checkpoint, damaged } = await loadNewest(open.session, checkpoints);
  for (const { file, error } of damaged) request.onDamaged?.(file, (error as Error).message, checkpoint);
  return { resume: checkpoint, damaged };
}
