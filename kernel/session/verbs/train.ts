/** `train`: plan card, then the run with its live pictures; afterwards the name holds the best or last checkpoint. */
import type { Action, Plan } from "#dsl/plan/plan.js";
import { readerOf } from "#dsl/types/subject.js";
import type { DataFacts } from "#dsl/types/facts.js";
import { greaterIsBetter, keepsBest, watchedIn } from "#dsl/plan/watched.js";
import { metricName, metricNamed } from "#stdlib/lib/metrics/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { changedShown } from "../../core/display/changed.js";
import { askingOf, compared, type Asking } from "../changed.js";
import { EngineRoom } from "../engine-room.js";
import { warningsOn, type Warn } from "../warnings.js";
import { maskShown } from "../../core/display/mask.js";
import { planShown } from "../../core/display/plan-card.js";
import { writeAdapter } from "../../artifacts/adapter-folder.js";
import { loadNewest, type Checkpoint } from "../../artifacts/checkpoints.js";
import { claimNew, claimUnfinished, type Claim } from "../../training/claim-run.js";
import { full } from "../../artifacts/folder-errors.js";
import { loadKept, type Kept } from "../../training/kept-checkpoint.js";
import { DataLoader } from "../../core/data/loader.js";
import { splitNamesOf } from "../../core/data/prepared.js";
import { encodeSplit, type Encoded, type Encoding } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { learntFrom, writeLearnt } from "../../artifacts/learnt.js";
import { LiveTraining } from "../live.js";
import { rememberTook, steadily } from "../machine.js";
import { writeModelFolder } from "../../artifacts/model-folder.js";
import { hasMask, maskedRows } from "../../encoding/masked-rows.js";
import { takeHead, type HeadLost } from "../own-head.js";
import { describeIn, savedAs } from "../../history/described.js";
import type { ModelHandle } from "../model-handle.js";
import type { OpenModel } from "../open-model.js";
import type { Lock, RunFolder } from "../../artifacts/run-folder.js";
import type { RunLock } from "../../artifacts/run-lock.js";
import type { RunEvent } from "../../core/session/events.js";
import { eventsUntil } from "../../artifacts/read-events.js";
import { scoreSplit } from "../../inference/scored.js";
import { begunFrom } from "../../inference/seen.js";
import { standardise } from "../../artifacts/standardised.js";
import { train, totalSteps, unmeasured, type Trained } from "../../training/train.js";
import type { TrialOf } from "../../artifacts/trials.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { version } from "../version.js";
import { does } from "../../core/session/words.js";

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
  /** Told where the base's own head is of no use. */
  readonly onHeadLost?: (lost: HeadLost) => void;
  readonly title: string;
  /** Of which sweep it is a trial. */
  readonly trial?: TrialOf;
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
  readonly events: readonly RunEvent[];
  /** What some rows were answered before the first step, and how they are asked again; null: nobody asked. */
  readonly before: { readonly asking: Asking; readonly answers: readonly string[] } | null;
}

export async function runTrain(
  session: TuneSession,
  action: Extract<Action, { verb: "train" }>,
  stage: Stage,
): Promise<void> {
  const { plan, name, resume } = action;
  stage.screen.display(planShown(plan));
  const handle = session.models.define(plan.recipe.model, name);
  await handle.weights?.settled;
  handle.begun = true;
  const live = new LiveTraining(stage.screen, `train-${name}-${Date.now().toString(36)}`, name, plan);
  const onRows = previews(name, stage);
  const warn = warningsOn(stage, action.span);
  const onDamaged = (file: string, why: string, taken: Checkpoint): void =>
    warn("checkpoint-passed-over", { file, why, step: taken.position.step });
  const result = await trainOnce(
    session,
    {
      plan,
      name,
      resume,
      title: name,
      compares: true,
      onRows,
      onDamaged,
      onUnmeasured: (step, metric) => warn("validation-unmeasured", { step, metric }),
      onHeadLost: (data) => warn("head-not-kept", data),
      onBehind: (events) => live.behind(events),
      onEvent: (event) => live.on(event),
    },
    stage,
  );
  try {
    const kept = await giveWeights(session, handle, plan, result);
    if (result.trained.reason === "interrupted") {
      const { steps } = result.trained;
      throw new CodedError("interrupted", {
        what: `training ${name}`,
        kept: `it goes on from step ${steps} or the next with \`resume: true\``,
      });
    }
    live.finish();
    if (kept) tellKept(kept, plan, result, warn);
    await tellChanges(name, result, stage);
    const { technique } = plan.recipe.model;
    if (!(await does(technique, "technique")).merges?.(technique)) return;
    const { folder } = await session.models.merge(handle, result.run.merged, {}, stage.hostContext);
    stage.screen.display({ bundle: { "text/plain": `the merged model is in ${folder}` } });
  } finally {
    giveBack(result);
  }
}

/** Where the weights are other ones than the recipe asked for, or no metric says that they are the best. */
function tellKept({ checkpoint, damaged }: Kept, plan: Plan, { trained }: RunResult, warn: Warn): void {
  if (damaged) warn("best-not-kept", { ...damaged, kept: checkpoint.position.step });
  const { training } = plan.recipe;
  const none = unmeasured(trained.last.position);
  if (none === 0) return;
  warn("kept-unmeasured", {
    metric: metricName(watchedIn(registry, training)),
    none,
    of: trained.last.position.watched.length,
    kept: checkpoint.position.step,
    keeps: keepsBest(training),
  });
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
  const [first, last] = [validations[0], validations.at(-1)];
  for (const [metric, from] of Object.entries(first ?? {})) {
    const to = last![metric];
    if (!metricNamed(metric, registry)?.ofLoss && to !== undefined && to !== from && Number.isFinite(to - from))
      return { metric, from, to };
  }
  return null;
}

/** Gives the run's lock back, where nothing writes any more. */
export function giveBack({ trained, lock }: RunResult): void {
  if (trained.reason !== "interrupted") lock.release();
}

/** Shows which tokens of the first rows are trained, where not all that is read is learnt. */
function previews(model: string, stage: Stage): NonNullable<TrainRequest["onRows"]> {
  return async (rows, { task: { implementation }, tokenizer }, seed) => {
    if (!hasMask(implementation)) return;
    const shown = await maskedRows(rows, implementation, { tokenizer, most: 2, seed });
    stage.screen.display(
      maskShown(shown, {
        model,
        most: 240,
        what: implementation.supervision.rows === "contexts" ? "the answer" : "trained",
      }),
    );
  };
}

/** Prepares everything, opens the model in the engine and runs the loop. Used by `train` and by each trial of `sweep`. */
export async function trainOnce(session: TuneSession, request: TrainRequest, stage: Stage): Promise<RunResult> {
  const { plan } = request;
  const { recipe } = plan;
  const { base, tokenizer } = await session.models.parts(plan, stage.hostContext);
  const prepared = await session.datasets.data(recipe.data, readerOf(recipe.model), stage.hostContext);
  const labels = prepared.labels;
  const { training } = recipe;
  const encoding = await encodingOf(plan, base, tokenizer, labels, request.name);
  const encode = (split: string) => encodeSplit(prepared, { data: recipe.data.name, split }, encoding);
  const splitNames = splitNamesOf(prepared);
  const rows = await encode(splitNames.includes("train") ? "train" : "all");
  const validation = training.validate && splitNames.includes("validation") ? await encode("validation") : null;
  const packed = training.packing ? recipe.model.max_length : null;
  const loader = new DataLoader(rows, {
    batchSize: training.batch_size,
    accumulate: training.accumulate,
    packed,
    shuffle: training.shuffle,
    seed: training.seed,
    padId: tokenizer.padId,
  });
  const [schedule, stopping] = await Promise.all([
    does(recipe.training.schedule, "schedule"),
    recipe.training.early_stopping ? does(recipe.training.early_stopping, "stopping") : null,
  ]);
  let claim: Claim | null = request.resume ? await claimUnfinished(session.runs, plan, request.name) : null;
  try {
    const [engine] = await Promise.all([
      session.engines.engine(EngineRoom.work(plan)),
      request.onRows?.(rows, encoding, training.seed),
    ]);
    const begun = claim ? null : begunFrom(recipe.model, base, stage.hostContext.folder);
    const { run, lock, checkpoints } = (claim ??= claimNew(session.runs, request.name, plan, {
      recipeHash: plan.recipeHash,
      planHash: plan.planHash,
      dataHash: prepared.facts.hash,
      baseHash: base.hash,
      labels,
      data: countsOf(prepared.facts),
      home: stage.hostContext.folder,
      ...(recipe.model.trained && { base: base.folder }),
      engine: engine.info.title,
      tunebook: version,
      node: process.version,
      ...(request.trial && { trial: request.trial }),
    }));
    if (begun) {
      const split = splitNames.includes("train") ? "train" : "all";
      const about = {
        run: run.id,
        model: request.trial?.sweep ?? request.name,
        begun,
        ...(stage.signal && { signal: stage.signal }),
      };
      await writeLearnt(run.path, await learntFrom({ prepared, split }, about));
    }
    const open = await session.models.fresh(run.path, plan, base, labels, stage.hostContext.folder);
    if (checkpoints.length === 0) {
      const lost = await takeHead(open.session, recipe.model, base, labels);
      if (lost) request.onHeadLost?.(lost);
    }
    const { standardised } = open;
    // A run that goes on has in its checkpoint what it began with; those of older versions had nothing.
    if (standardised && rows.taught?.standard && checkpoints.length === 0)
      await standardise(open.session, standardised, rows.taught.standard, standardised.knows);
    const asking = request.compares
      ? await askingOf({
          ...{ plan, open, prepared, encoding, tokenizer, base },
          rows: validation ?? rows,
          validates: validation !== null,
        })
      : null;
    const before = asking && { asking, answers: await asking.ask(stage.signal) };
    const loaded = checkpoints.length > 0 ? await loadNewest(open.session, checkpoints) : null;
    const resume = loaded?.checkpoint ?? null;
    for (const { file, error } of loaded?.damaged ?? [])
      request.onDamaged?.(file, (error as Error).message, loaded!.checkpoint);
    const events: RunEvent[] = resume ? [...eventsUntil(run.events(), resume.position.step)] : [];
    const earlier = events.length;
    request.onBehind?.(events);
    const began = performance.now();
    const scored = { batchSize: training.batch_size, padId: tokenizer.padId, packed };
    const watched = watchedIn(session.vocabulary.registry, training);
    const metric = await does(watched, "metric");
    const validate = async (on: Encoded, signal: AbortSignal): Promise<Readonly<Record<string, number>>> => {
      const { told, measure } = await scoreSplit(open.session, on, encoding, { ...scored, signal });
      const name = metricName(watched);
      return name in told ? told : { ...told, [name]: measure(metric, watched) };
    };
    const trained = await train({
      plan,
      session: open.session,
      saved: open.saved,
      run,
      lock,
      loader,
      validate: validation && ((signal) => validate(validation, signal)),
      schedule,
      stopping,
      watched: { name: metricName(watched), greaterIsBetter: greaterIsBetter(session.vocabulary.registry, watched) },
      engine: engine.info.title,
      onUnmeasured: (step) => request.onUnmeasured?.(step, metricName(watched)),
      resume,
      damaged: loaded?.damaged ?? [],
      ...(stage.signal ? { signal: stage.signal } : {}),
      on: (event) => {
        events.push(event);
        request.onEvent(event);
      },
    });
    const steps = trained.steps - (resume?.position.step ?? 0);
    if (trained.reason === "done" && steps > 0) {
      const flops = plan.estimates.flops * (steps / totalSteps(plan, loader));
      rememberTook(engine.info.name, {
        flops,
        steps,
        seconds: steadily((performance.now() - began) / 1000, events.slice(earlier)),
      });
    }
    const settled = trained.settled.finally(() => trained.reason === "interrupted" && lock.release());
    settled.catch(() => undefined); // told by whoever waits for it
    return { trained: { ...trained, settled }, run, lock, open, labels, data: prepared.facts, events, before };
  } catch (error) {
    if (claim) await session.models.forget(claim.run.path);
    claim?.lock.release();
    throw error;
  }
}

function countsOf({ rowsIn, kept, splits }: DataFacts): NonNullable<Lock["data"]> {
  return { rowsIn, kept, splits: Object.fromEntries(Object.entries(splits).map(([split, { rows }]) => [split, rows])) };
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
  return kept;
}
