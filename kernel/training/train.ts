/**
 * The training loop. Row → tokens → batch → feeds → engine host → `step` event. Only the batch goes to the host, only the
 * loss and the gradient norm come back. Everything random follows from the recipe's seed, the epoch and the step, so a run
 * that goes on from a checkpoint takes exactly the steps it would have taken. Where a checkpoint or a validation is due
 * nothing is sent ahead (flight.ts): both see the weights of their very step. An interrupted accumulation is left out: the
 * checkpoint is of the last whole update.
 */
import type { Plan } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { ScheduleImplementation, StoppingImplementation } from "#stdlib/kinds/training.js";
import type { DataLoader } from "../core/data/loader.js";
import type { Session } from "../engine/engine.js";
import { isDue, type Steps } from "./cadence.js";
import {
  pruneCheckpoints,
  saveCheckpoint,
  type Checkpoint,
  type DamagedCheckpoint,
  type Position,
} from "../artifacts/checkpoints.js";
import type { RunEvent } from "../core/session/events.js";
import { StepPipeline, type Step } from "./pipeline.js";
import type { RunFolder } from "../artifacts/run-folder.js";
import type { RunLock } from "../artifacts/run-lock.js";
import { thisProcess } from "../artifacts/writer.js";
import "../artifacts/codes.js";

type WithoutStamp<T> = T extends unknown ? Omit<T, "at" | "run"> : never;
export type Happening = WithoutStamp<RunEvent>;

export interface Training {
  readonly plan: Plan;
  readonly session: Session;
  /** State that a checkpoint holds: what trains and what the optimiser keeps. */
  readonly saved: readonly string[];
  readonly run: RunFolder;
  readonly lock: RunLock;
  readonly loader: DataLoader;
  /** Scores on the validation split, `loss` and what is watched among them; null: none is wanted. Ends early, in any way, when the signal comes. */
  readonly validate: ((signal: AbortSignal) => Promise<Readonly<Record<string, number>>>) | null;
  readonly schedule: ScheduleImplementation;
  readonly stopping: StoppingImplementation | null;
  /** The metric that says what is best, by its name among the scores. */
  readonly watched: { readonly name: string; readonly greaterIsBetter: boolean };
  readonly engine: string;
  /** Whose weights the session has. */
  readonly resume: Checkpoint | null;
  /** Told of the first validation whose watched metric is no number, which says nothing of what is best. */
  readonly onUnmeasured?: (step: number) => void;
  /** Newer ones that were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
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

/** Updates of a whole run. */
export function totalSteps(plan: Plan, loader: DataLoader): number {
  const { epochs, steps } = plan.recipe.training;
  return steps ?? loader.total(epochs ?? 1);
}

export async function train(t: Training): Promise<Trained> {
  const { training } = t.plan.recipe;
  const total = totalSteps(t.plan, t.loader);
  const steps: Steps = { total, loader: t.loader };
  const turned = (value: number): number => (t.watched.greaterIsBetter ? value : -value);
  const emit = (event: Happening) => {
    t.lock.demand();
    const whole = { at: new Date().toISOString(), run: t.run.id, ...event } as RunEvent;
    if (event.kind !== "step" || isDue(training.log, event.step, steps)) t.run.append(whole);
    t.on(whole);
  };
  let position: Position = t.resume?.position ?? { step: 0, best: null, watched: [], seconds: 0 };
  let best: Checkpoint | null = null;
  let last: Checkpoint | null = t.resume;
  emit({
    kind: "started",
    recipe: t.plan.recipeHash,
    plan: t.plan.planHash,
    engine: t.engine,
    steps: total,
    process: { ...thisProcess(), locks: true },
    ...(t.resume ? { resumedFrom: t.resume.position.step } : {}),
  });
  for (const { file, error } of t.damaged) emit({ kind: "damaged", file, why: String((error as Error).message) });
  for (const allowed of t.plan.effects.allowed ?? []) emit({ kind: "allowed", ...allowed });

  const started = performance.now();
  const elapsed = () => (t.resume?.position.seconds ?? 0) + (performance.now() - started) / 1000;
  const checkpoint = async () => {
    if (last?.position.step === position.step && last.position.validated === position.validated) return last;
    t.lock.demand();
    const made = await saveCheckpoint(t.run, t.session, t.saved, { ...position, seconds: elapsed() });
    t.run.sync();
    const before = last;
    last = made;
    const isBest = position.best?.step === position.step;
    if (isBest) best = made;
    emit({
      kind: "checkpoint",
      step: position.step,
      folder: made.file,
      best: isBest,
      ...(isBest && { by: t.watched.name }),
    });
    prune(before);
    return made;
  };
  /** While it trains the one before stays too, should this one be damaged. */
  const prune = (before: Checkpoint | null = null): void => {
    const { best } = position;
    pruneCheckpoints(t.run, [position.step, ...(before ? [before.position.step] : []), ...(best ? [best.step] : [])]);
  };
  /** What ended it is told, not that its log couldn't say so. */
  const failed = () => {
    try {
      emit({ kind: "stopped", step: position.step, reason: "failed", seconds: elapsed() });
    } catch {
      // a full disk, a folder that is gone: a reader finds the run without a lock
    }
  };
  const aborted = abortion(t.signal);
  const rate = (step: number) => baseRate(t.plan) * t.schedule.factor(training.schedule, step, total);
  const flight = new StepPipeline(
    { session: t.session, accumulate: training.accumulate, update: (step) => t.loader.update(step), rate },
    position.step,
  );
  /** The next step after which something is due. */
  const barrier = (): number => {
    let step = position.step + 1;
    const due = (n: number) =>
      (t.validate && isDue(training.validate, n, steps)) || isDue(training.checkpoint, n, steps);
    while (step < total && !due(step)) step += 1;
    return step;
  };
  const done = (step: Step): void => {
    position = { ...position, step: step.step };
    emit({ kind: "step", ...step, epoch: step.epoch + 1 });
    if (!Number.isFinite(step.loss))
      throw new CodedError("loss-not-finite", { step: step.step, loss: String(step.loss), rate: step.rate });
  };
  const settle = (reason: Trained["reason"], settled: Promise<void>): Trained => ({
    reason,
    steps: position.step,
    best,
    last: last ?? { file: "", position },
    settled,
  });

  try {
    for (;;) {
      const { step } = position;
      if (t.validate && isDue(training.validate, step, steps) && (position.validated ?? 0) < step) {
        const scoring = t.validate(aborted.signal);
        scoring.catch(() => undefined); // awaited below
        const scores = await Promise.race([scoring, aborted.promise]);
        if (scores === "aborted") return interrupted();
        const value = scores[t.watched.name] ?? Number.NaN;
        const score = turned(value);
        const better = !Number.isNaN(score) && (position.best === null || score > position.best.score);
        position = {
          ...position,
          validated: step,
          watched: [...position.watched, value],
          best: better ? { score, step } : position.best,
        };
        emit({ kind: "evaluated", step, split: "validation", metrics: scores });
        if (unmeasured(position) === 1 && Number.isNaN(value)) t.onUnmeasured?.(step);
        if (better) await checkpoint();
        // Where nothing was measured, nothing got worse.
        if (
          t.stopping &&
          training.early_stopping &&
          position.best &&
          t.stopping.stop(training.early_stopping, position.watched.map(turned))
        ) {
          await checkpoint();
          prune();
          emit({ kind: "stopped", step, reason: "early", seconds: elapsed() });
          return settle("early", Promise.resolve());
        }
      }
      if (step >= total) break;
      if (isDue(training.checkpoint, step, steps)) await checkpoint();
      const last = barrier();
      while (position.step < last) {
        const whole = await Promise.race([flight.next(last), aborted.promise]);
        if (whole === "aborted") return interrupted();
        if (!whole) throw new CodedError("internal", { what: `step ${position.step + 1} was not sent` });
        done(whole);
      }
    }
    await checkpoint();
    prune();
    emit({ kind: "stopped", step: position.step, reason: "done", seconds: elapsed() });
    return settle("done", Promise.resolve());
  } catch (error) {
    failed();
    throw error;
  } finally {
    aborted.dispose();
  }

  /** The cell replies now; the requests under way end in the host, the checkpoint is queued behind them. */
  function interrupted(): Trained {
    emit({ kind: "stopping", step: position.step });
    const finish = async () => {
      try {
        for (const step of await flight.stop(position.step)) done(step);
        await checkpoint();
        emit({ kind: "stopped", step: position.step, reason: "interrupted", seconds: elapsed() });
      } catch (error) {
        failed();
        throw error;
      }
    };
    return settle("interrupted", finish());
  }
}

/** Validations whose watched metric was no number. */
export function unmeasured({ watched }: Position): number {
  return watched.filter(Number.isNaN).length;
}

function baseRate(plan: Plan): number {
  return Number(plan.recipe.training.optimizer.arguments["learning_rate"]);
}

function abortion(signal: AbortSignal | undefined) {
  const own = new AbortController();
  let listener: (() => void) | undefined;
  const promise = new Promise<"aborted">((resolve) => {
    if (!signal) return;
    listener = () => {
      own.abort();
      resolve("aborted");
    };
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  return { promise, signal: own.signal, dispose: () => listener && signal?.removeEventListener("abort", listener) };
}
