/** One training from rows to weights: what it reads, its run, the model in the engine, the loop, and whose the weights are then. */
import type { Plan } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { readerOf } from "#dsl/types/subject.js";
import type { DataFacts } from "#dsl/types/facts.js";
import { greaterIsBetter, watchedIn } from "#dsl/plan/watched.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { askingOf, type Asking } from "../models/changed.js";
import { EngineRoom } from "../engines/engine-room.js";
import { writeAdapter } from "../../artifacts/adapter-folder.js";
import { loadNewest, type Checkpoint } from "../../artifacts/checkpoints.js";
import { claimNew, claimUnfinished, type Claim } from "../../training/claim-run.js";
import { full } from "../../artifacts/folder-errors.js";
import { noteRunning } from "../../control/running.js";
import { loadKept, type Kept } from "../../training/kept-checkpoint.js";
import { during } from "../../core/session/host-context.js";
import { DataLoader } from "../../core/data/loader.js";
import { splitNamesOf, type Prepared } from "../../core/data/prepared.js";
import { encodeSplit, type Encoded, type Encoding } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { learntFrom, writeLearnt } from "../../artifacts/learnt.js";
import { rememberTook, steadily } from "../engines/machine.js";
import { writeModelFolder } from "../../artifacts/model-folder.js";
import { takeHead, type HeadLost } from "../models/own-head.js";
import { describeIn, savedAs } from "../../history/described.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { OpenModel, OpensModel } from "../models/open-model.js";
import { eventsUntil } from "../../artifacts/read-events.js";
import type { About, Lock, RunFolder } from "../../artifacts/run-folder.js";
import type { RunLock } from "../../artifacts/run-lock.js";
import type { RunEvent } from "../../core/session/events.js";
import { scoreSplit } from "../../inference/scored.js";
import { begunFrom } from "../../inference/seen.js";
import { standardise } from "../../artifacts/standardised.js";
import { Dynamics, loadDynamics } from "../../training/dynamics.js";
import { totalSteps } from "../../training/steps.js";
import { train, type Among, type Trained, type Training } from "../../training/train.js";
import { sharesOf } from "../../ranks/begin.js";
import { together, type Gang, type Gathers, type Replaced } from "./gang.js";
import type { TrialOf } from "../../artifacts/trials.js";
import { exactFit } from "./exact.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { recordOf } from "../../record/record.js";
import { tellBegun } from "./told.js";
import { version } from "../version.js";
import { does } from "../../core/session/words.js";
import type { Engine } from "../../engine/engine.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { Base } from "../../core/bases/base.js";
import type { ScheduleImplementation, StoppingImplementation } from "#stdlib/kinds/training.js";
import type { Call } from "#dsl/types/value.js";

export interface TrainRequest {
  readonly plan: Plan;
  readonly name: string;
  readonly resume: boolean;
  readonly onEvent: (event: RunEvent) => void;
  /** Told of what a resumed run has behind it, before its first event. */
  readonly onBehind?: (events: readonly RunEvent[]) => void;
  /** Told of a checkpoint that was passed over, and of the one that was taken. */
  readonly onDamaged?: (file: string, why: string, taken: Checkpoint) => void;
  /** Told of the first validation that `metric` could not measure. */
  readonly onUnmeasured?: (step: number, metric: string) => void;
  /** Rows of the validation under way. */
  readonly onValidating?: (done: number, of: number) => void;
  /** Told where the base's own head is of no use. */
  readonly onHeadLost?: (lost: HeadLost) => void;
  readonly title: string;
  /** Of which sweep it is a trial. */
  readonly trial?: TrialOf;
  /** The id of the run that it repeats. */
  readonly replays?: string;
  /** Scored on validation rows beside what is watched, where a task's answers or losses say them. */
  readonly measures?: readonly Call[];
  /** Told of the folder of its run. */
  readonly onRun?: (folder: string) => void;
  /** Others train on the same engine. Told of the updates that it takes in all, once it has its engine. */
  readonly among?: (steps: number) => Among;
  /** Others share each of its updates: what calls them together. */
  readonly gathers?: Gathers;
  /** Told where a rank was lost and the training goes on with new ones. */
  readonly onReplaced?: (replaced: Replaced) => void;
  /** What opens the model; absent: one of its own. */
  readonly opens?: OpensModel;
  /** Whether some rows are asked before the first step, to tell what changed. */
  readonly compares?: true;
  /** Told of the rows that train while the engine starts; training waits for it. */
  readonly onRows?: (rows: Encoded, encoding: Encoding, seed: number) => Promise<void>;
}
export interface RunResult {
  readonly trained: Trained;
  readonly run: RunFolder;
  /** Whoever asked for the training gives it back; an interrupted one does so itself when it has settled. */
  readonly lock: RunLock;
  readonly open: OpenModel;
  readonly labels: readonly string[];
  readonly data: DataFacts;
  /** Folder of the base that it began from; null: it is from scratch. */
  readonly base: string | null;
  readonly events: readonly RunEvent[];
  /** What some rows were answered before the first step, and how they are asked again; null: nobody asked. */
  readonly before: { readonly asking: Asking; readonly answers: readonly string[] } | null;
}

/** Prepares everything, opens the model in the engine and runs the loop. Used by `train` and by each trial of `sweep`. */
export async function trainOnce(session: TuneSession, request: TrainRequest, stage: Stage): Promise<RunResult> {
  const { plan } = request;
  const { model, training } = plan.recipe;
  const material = await materialOf(session, request, stage);
  const { name, trial } = request;
  // Seeds of one training are alike whichever journal tells of them.
  const wanted = { name, trial: trial?.seeds ? undefined : trial };
  let claim: Claim | null = request.resume ? await claimUnfinished(session.runs, plan, wanted) : null;
  try {
    const [engine] = await Promise.all([
      session.engines.engine(EngineRoom.work(plan)),
      request.onRows?.(material.rows, material.encoding, training.seed),
    ]);
    const begun = claim ? null : begunFrom(model, material.base, stage.hostContext.folder);
    claim ??= claimNew(session.runs, request.name, plan, await aboutRun(request, material, engine, stage));
    request.onRun?.(claim.run.path);
    tellBegun(session, claim.run.path, stage, trial);
    if (!trial) claim.lock.whenReleased(noteRunning(claim.run.path));
    await stage.follows?.began(name, claim.run.path);
    if (begun) await noteLearnt(claim.run, begun, request, material, stage);
    const work = { ...{ session, request, stage, material, engine }, ...claim };
    const { gathers } = request;
    return await (gathers
      ? together(work, gathers, (again, gang) => trainIn({ ...work, ...again }, gang))
      : trainIn(work));
  } catch (error) {
    if (claim) await session.models.forget(claim.run.path);
    claim?.lock.release();
    throw error;
  }
}

/** What a training reads, before it has a run and an engine. */
export interface Material {
  readonly base: Base;
  readonly tokenizer: Tokenizer;
  readonly prepared: Prepared;
  readonly encoding: Encoding;
  readonly rows: Encoded;
  /** Null: nothing is validated. */
  readonly validation: Encoded | null;
  readonly loader: DataLoader;
  /** Tokens of a packed row; null: rows are not packed. */
  readonly packed: number | null;
  readonly schedule: ScheduleImplementation;
  readonly stopping: StoppingImplementation | null;
}
/** `looks`: whether it validates what the plan says. */
export async function materialOf(
  session: TuneSession,
  { plan, name }: Pick<TrainRequest, "plan" | "name">,
  stage: Stage,
  looks = true,
): Promise<Material> {
  const { data, model, training } = plan.recipe;
  const { base, tokenizer } = await session.models.parts(plan, stage.hostContext);
  const prepared = await session.datasets.data(data, readerOf(model), stage.hostContext);
  const encoding = await encodingOf(plan, base, tokenizer, prepared.labels, name);
  const encode = (split: string) =>
    during(stage.hostContext, `rows of ${data.name} made tokens`, () =>
      encodeSplit(prepared, { data: data.name, split }, encoding),
    );
  const rows = await encode(trainedSplit(prepared));
  const validates = looks && training.validate && splitNamesOf(prepared).includes("validation");
  const validation = validates ? await encode("validation") : null;
  const packed = training.packing ? model.max_length : null;
  const loader = new DataLoader(rows, {
    batchSize: training.batch_size,
    accumulate: training.accumulate,
    packed,
    shuffle: training.shuffle,
    seed: training.seed,
    padId: tokenizer.padId,
    weighed: true,
  });
  if (rows.weights?.every((weight) => weight === 0)) throw new CodedError("no-weight", { data: data.name });
  const [schedule, stopping] = await Promise.all([
    does(training.schedule, "schedule"),
    training.early_stopping ? does(training.early_stopping, "stopping") : null,
  ]);
  return { base, tokenizer, prepared, encoding, rows, validation, loader, packed, schedule, stopping };
}
const trainedSplit = (prepared: Prepared): string => (splitNamesOf(prepared).includes("train") ? "train" : "all");

/** What a new run's lock says of it. */
async function aboutRun(
  { plan, trial, replays }: TrainRequest,
  { base, prepared }: Material,
  engine: Engine,
  { hostContext: { folder }, signal, experiment }: Stage,
): Promise<About> {
  const record = await recordOf({ plan, base, prepared, engine: engine.info, folder, version, signal });
  return {
    recipeHash: plan.recipeHash,
    planHash: plan.planHash,
    dataHash: prepared.facts.hash,
    baseHash: base.hash,
    labels: prepared.labels,
    data: countsOf(prepared.facts),
    home: folder,
    ...(plan.recipe.model.trained && { base: base.folder }),
    engine: engine.info.title,
    tunebook: version,
    node: process.version,
    ...(trial && { trial }),
    ...(replays !== undefined && { replays }),
    ...(record && { record }),
    ...(experiment && { experiment: { name: experiment.name, notes: experiment.notes } }),
  };
}
function countsOf({ rowsIn, kept, splits }: DataFacts): NonNullable<Lock["data"]> {
  return { rowsIn, kept, splits: Object.fromEntries(Object.entries(splits).map(([split, { rows }]) => [split, rows])) };
}

/** Keeps which rows the run learns from, for whoever scores or trains on what comes of it. */
async function noteLearnt(
  run: RunFolder,
  begun: NonNullable<ReturnType<typeof begunFrom>>,
  request: TrainRequest,
  { prepared }: Material,
  stage: Stage,
): Promise<void> {
  const about = {
    run: run.id,
    model: request.trial?.sweep ?? request.name,
    begun,
    ...(stage.signal && { signal: stage.signal }),
  };
  await writeLearnt(run.path, await learntFrom({ prepared, split: trainedSplit(prepared) }, about));
}

/** A training that has its run and its engine. */
interface Work extends Claim {
  readonly session: TuneSession;
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
  const began = performance.now();
  const watched = watchedIn(registry, plan.recipe.training);
  const exact = await exactFit(plan, { ...material, session: open.session }, work.stage);
  const total = totalSteps(plan, material.loader, exact !== null);
  const trained = await train({
    ...{ plan, session: open.session, saved: open.saved, run, lock },
    ...{ loader: material.loader, exact, schedule: material.schedule, stopping: material.stopping },
    watchedRows: exact ? null : watchedRows(work, resume),
    validate: await validating(work, open, watched),
    watched: { name: metricName(watched, registry), greaterIsBetter: greaterIsBetter(registry, watched) },
    engine: engine.info.title,
    onValidating: (done, of) => {
      request.onValidating?.(done, of);
      work.stage.follows?.validating(done, of);
    },
    onUnmeasured: (step) => request.onUnmeasured?.(step, metricName(watched, registry)),
    ...{ resume, damaged },
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
  if (trained.reason === "done" && steps > 0 && !request.among && !exact && !gang) {
    const { flops: trains, validating } = plan.estimates;
    const flops = (trains + (validating?.flops ?? 0)) * (steps / total);
    const seconds = steadily((performance.now() - began) / 1000, events.slice(earlier));
    rememberTook(engine.info.name, { flops, steps, seconds });
  }
  const settled = trained.settled.finally(() => trained.reason === "interrupted" && lock.release());
  settled.catch(() => undefined); // told by whoever waits for it
  const { labels, facts: data } = material.prepared;
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
  const { base, prepared, rows } = material;
  const { model } = request.plan.recipe;
  const { folder } = stage.hostContext;
  const open = await session.models.fresh(run.path, request.plan, base, prepared.labels, folder, request.opens);
  // A run that goes on has in its checkpoint what it began with; those of older versions had nothing.
  if (checkpoints.length > 0) return open;
  const lost = await takeHead(open.session, model, base, prepared.labels);
  if (lost) request.onHeadLost?.(lost);
  const { standardised } = open;
  if (standardised && rows.taught?.standard)
    await standardise(open.session, standardised, rows.taught.standard, standardised.knows);
  return open;
}

async function askedBefore({ request, stage, material }: Work, open: OpenModel): Promise<RunResult["before"]> {
  const { prepared, encoding, tokenizer, base, rows, validation } = material;
  const asking = await askingOf({
    ...{ plan: request.plan, open, prepared, encoding, tokenizer, base },
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

/** Scores on the validation split, what is watched among them. */
async function validating(
  { session, request, material }: Work,
  open: OpenModel,
  watched: Call,
): Promise<Training["validate"]> {
  const { encoding, validation, packed, tokenizer } = material;
  const scored = { batchSize: request.plan.recipe.training.batch_size, padId: tokenizer.padId, packed };
  const counts = [watched, ...(request.measures ?? [])].some(
    ({ word }) => session.vocabulary.registry.find("metric", word)?.capabilities?.countsBytes,
  );
  const spelt = counts ? (ids: Int32Array) => tokenizer.decode(ids) : undefined;
  const calls = [watched, ...(request.measures ?? [])];
  const wanted = await Promise.all(calls.map(async (call) => ({ call, metric: await does(call, "metric") })));
  return (
    validation &&
    (async (signal, onRows) => {
      const { told, measure } = await scoreSplit(open.session, validation, encoding, {
        ...scored,
        spelt,
        signal,
        onRows,
      });
      const missing = wanted.filter(({ call }) => !(metricName(call, session.vocabulary.registry) in told));
      return {
        ...told,
        ...Object.fromEntries(
          missing.map(({ call, metric }) => [metricName(call, session.vocabulary.registry), measure(metric, call)]),
        ),
      };
    })
  );
}

/** Gives the run's lock back, where nothing writes any more. */
export function giveBack({ trained, lock }: RunResult): void {
  if (trained.reason !== "interrupted") lock.release();
}

/** Gives the handle its weights, the best checkpoint's where the recipe says so; null: it was interrupted. */
export async function giveWeights(
  session: TuneSession,
  handle: ModelHandle,
  plan: Plan,
  result: RunResult,
): Promise<Kept | null> {
  const { trained, run, lock, open, labels } = result;
  const complete = trained.reason !== "interrupted";
  const { session: engine, saved } = open;
  const kept = complete ? await loadKept({ run, lock, session: engine, saved, plan, last: trained.last }) : null;
  const checkpoint = kept?.checkpoint ?? trained.last;
  const events = kept?.damaged ? [...result.events, ...run.events().slice(-1)] : result.events;
  if (complete) session.models.holds(run.path, checkpoint.file);
  if (complete)
    try {
      if (open.adapter) await writeAdapter(run.adapter, open.session, open.adapter);
      if (open.whole && plan.recipe.model.scratch) await writeModelFolder(run.model, open.session, open.whole);
      await describeIn(open.adapter ? run.adapter : run.path, {
        plan,
        run,
        data: result.data,
        base: result.base,
        events,
        checkpoint,
        saved: savedAs(open.adapter),
      });
    } catch (error) {
      throw full(error, run.path, "training") ?? error;
    }
  const settled = trained.settled.then(
    () => undefined,
    () => undefined,
  );
  handle.weights = { plan, folder: run.path, labels, data: result.data, checkpoint, events, settled, complete };
  session.later(settled);
  if (!complete) session.later(settled.then(() => session.models.forget(run.path)));
  session.trackers.again(run.path);
  return kept;
}
