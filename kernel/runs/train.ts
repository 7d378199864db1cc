/**
 * The training loop. Row → tokens → batch → feeds → engine host → `step` event. Only the batch goes to the host, only the
 * loss and the gradient norm come back. Everything random follows from the recipe's seed, the epoch and the step, so a run
 * that goes on from a checkpoint takes exactly the steps it would have taken.
 */
import type { Call, Plan } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/check/codes.js";
import type { ScheduleImplementation, StoppingImplementation } from "#stdlib/kinds.js";
import type { NDArray } from "#dsl/graph/program.js";
import { collate, epochBatches } from "../data/batches.js";
import type { Session } from "../engine/engine.js";
import { pruneCheckpoints, saveCheckpoint, type Checkpoint, type Position } from "./checkpoints.js";
import type { Encoded } from "./encoded.js";
import type { RunEvent } from "./events.js";
import type { RunFolder } from "./run-folder.js";
import { scoreRows } from "./score.js";
import { scalarF32, scalarI32 } from "./feeds.js";
import "./codes.js";

type WithoutStamp<T> = T extends unknown ? Omit<T, "at" | "run"> : never;
export type Happening = WithoutStamp<RunEvent>;

export interface Training {
  readonly plan: Plan;
  readonly session: Session;
  /** State that a checkpoint holds: what trains and what the optimiser keeps. */
  readonly saved: readonly string[];
  readonly run: RunFolder;
  readonly train: Encoded;
  readonly validation: Encoded | null;
  readonly labels: readonly string[];
  readonly padId: number;
  readonly schedule: ScheduleImplementation;
  readonly stopping: StoppingImplementation | null;
  readonly engine: string;
  readonly resume: Checkpoint | null;
  readonly signal?: AbortSignal;
  on(event: RunEvent): void;
}
export interface Trained {
  readonly reason: "done" | "early" | "interrupted";
  readonly steps: number;
  readonly best: Checkpoint | null;
  readonly last: Checkpoint;
  /** Settles when the engine has written what was under way (at once unless interrupted). */
  readonly settled: Promise<void>;
}

export function stepsPerEpoch(rows: number, batchSize: number): number {
  return Math.ceil(rows / batchSize);
}

export function totalSteps(plan: Plan, rows: number): number {
  const { epochs, steps, batch_size } = plan.recipe.training;
  return steps ?? (epochs ?? 1) * stepsPerEpoch(rows, batch_size);
}

export async function train(t: Training): Promise<Trained> {
  const { training } = t.plan.recipe;
  const perEpoch = stepsPerEpoch(t.train.lengths.length, training.batch_size);
  const total = totalSteps(t.plan, t.train.lengths.length);
  const watched = watchedMetric(training.early_stopping);
  const emit = (event: Happening) => {
    const whole = { at: new Date().toISOString(), run: t.run.id, ...event } as RunEvent;
    if (event.kind !== "step" || isDue(training.log, event.step, perEpoch, total)) t.run.append(whole);
    t.on(whole);
  };
  if (t.resume) await t.session.load(t.resume.file);
  let position: Position = t.resume?.position ?? { step: 0, best: null, watched: [], seconds: 0 };
  let best: Checkpoint | null = null;
  let last: Checkpoint | null = t.resume;
  emit({
    kind: "started",
    recipe: t.plan.recipeHash,
    plan: t.plan.planHash,
    engine: t.engine,
    steps: total,
    ...(t.resume ? { resumedFrom: t.resume.position.step } : {}),
  });

  const started = performance.now();
  const elapsed = () => (t.resume?.position.seconds ?? 0) + (performance.now() - started) / 1000;
  const checkpoint = async () => {
    if (last?.position.step === position.step) return last;
    const made = await saveCheckpoint(t.run, t.session, t.saved, { ...position, seconds: elapsed() });
    t.run.sync();
    last = made;
    const isBest = position.best?.step === position.step;
    if (isBest) best = made;
    emit({ kind: "checkpoint", step: position.step, folder: made.file, best: isBest });
    pruneCheckpoints(t.run, [position.step, ...(position.best ? [position.best.step] : [])]);
    return made;
  };
  const aborted = abortion(t.signal);
  const settle = (reason: Trained["reason"], settled: Promise<void>): Trained => ({
    reason,
    steps: position.step,
    best,
    last: last ?? { file: "", position },
    settled,
  });

  try {
    let epoch = -1;
    let batches: readonly Uint32Array[] = [];
    while (position.step < total) {
      const step = position.step + 1;
      if (Math.floor(position.step / perEpoch) !== epoch) {
        epoch = Math.floor(position.step / perEpoch);
        batches = epochBatches(t.train.lengths, { batchSize: training.batch_size, shuffle: training.shuffle, seed: training.seed, epoch });
      }
      const rows = batches[position.step % perEpoch]!;
      const rate = baseRate(t.plan) * t.schedule.factor(training.schedule, step, total);
      const begun = performance.now();
      const running = t.session.run("train", feeds(t, rows, rate, step), ["loss", "norm"]);
      const outcome = await Promise.race([running, aborted.promise]);
      const done = (result: Record<string, NDArray>) => {
        const loss = scalar(result["loss"]);
        position = { ...position, step };
        emit({
          kind: "step",
          step,
          epoch: epoch + 1,
          tokens: rows.reduce((sum, row) => sum + t.train.lengths[row]!, 0),
          loss,
          rate,
          norm: scalar(result["norm"]),
          seconds: (performance.now() - begun) / 1000,
        });
        return loss;
      };
      if (outcome === "aborted") return interrupted(running.then(done));
      const loss = done(outcome);
      if (!Number.isFinite(loss)) throw new CodedError("loss-not-finite", { step, loss: String(loss), rate });
      if (t.validation && isDue(training.validate, step, perEpoch, total)) {
        const scoring = scoreRows(t.session, t.validation, { batchSize: training.batch_size, labels: t.labels.length, padId: t.padId });
        const scores = await Promise.race([scoring, aborted.promise]);
        if (scores === "aborted") return interrupted(scoring);
        const value = watched === "loss" ? scores.loss : scores.accuracy;
        const score = watched === "loss" ? -value : value;
        const better = !Number.isNaN(score) && (position.best === null || score > position.best.score);
        position = { ...position, watched: [...position.watched, value], best: better ? { score, step } : position.best };
        emit({ kind: "evaluated", step, split: "validation", metrics: { loss: scores.loss, accuracy: scores.accuracy } });
        if (better) await checkpoint();
        if (t.stopping && training.early_stopping && t.stopping.stop(training.early_stopping, position.watched)) {
          await checkpoint();
          emit({ kind: "stopped", step, reason: "early", seconds: elapsed() });
          return settle("early", Promise.resolve());
        }
      }
      if (isDue(training.checkpoint, step, perEpoch, total)) await checkpoint();
    }
    await checkpoint();
    emit({ kind: "stopped", step: position.step, reason: "done", seconds: elapsed() });
    return settle("done", Promise.resolve());
  } catch (error) {
    emit({ kind: "stopped", step: position.step, reason: "failed", seconds: elapsed() });
    throw error;
  } finally {
    aborted.dispose();
  }

  /** The cell replies now; the step in flight ends in the host, its checkpoint is queued behind it. */
  function interrupted(inFlight: Promise<unknown>): Trained {
    emit({ kind: "stopping", step: position.step });
    const finish = async () => {
      await inFlight;
      await checkpoint();
      emit({ kind: "stopped", step: position.step, reason: "interrupted", seconds: elapsed() });
    };
    return settle("interrupted", finish());
  }
}

function feeds(t: Training, rows: Uint32Array, rate: number, step: number): Record<string, NDArray> {
  return {
    ...collate(t.train.ids, rows, t.padId, t.train.labels ?? undefined),
    rate: scalarF32(rate),
    step: scalarI32(step),
  };
}

function baseRate(plan: Plan): number {
  return Number(plan.recipe.training.optimizer.arguments["learning_rate"]);
}

function watchedMetric(stopping: Call | null): "loss" | "accuracy" {
  return stopping?.arguments["metric"] === "accuracy" ? "accuracy" : "loss";
}

/** `every(steps: n)` or `every(epochs: n)`; the last step is always due. */
export function isDue(every: Call | null, step: number, perEpoch: number, total: number): boolean {
  if (every === null) return false;
  if (step === total) return true;
  const { steps, epochs } = every.arguments;
  const period = typeof steps === "number" ? steps : typeof epochs === "number" ? epochs * perEpoch : 0;
  return period > 0 && step % Math.max(1, Math.round(period)) === 0;
}

export function scalar(value: NDArray | undefined): number {
  if (!value) return Number.NaN;
  return new DataView(value.bytes.buffer, value.bytes.byteOffset, 4).getFloat32(0, true);
}

function abortion(signal: AbortSignal | undefined) {
  let listener: (() => void) | undefined;
  const promise = new Promise<"aborted">((resolve) => {
    if (!signal) return;
    listener = () => resolve("aborted");
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  return { promise, dispose: () => listener && signal?.removeEventListener("abort", listener) };
}
