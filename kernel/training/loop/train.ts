/**
 * The training loop. It takes steps from a source, calls the hooks, validates, writes checkpoints and emits events.
 * Everything random follows from the recipe's seed, the epoch and the step, so a resumed run takes the same steps as an
 * uninterrupted one. The source sends no request past a step where a checkpoint, a validation or a pause is due, so
 * each of them sees exactly that step's weights. An interrupted accumulation is dropped: the checkpoint is of the last
 * complete update.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isDueAtStep, type TrainingSteps } from "#dsl/compiler/plan/cadence.js";
import type { TrainingPosition } from "../../runs/checkpoints.js";
import { currentProcess } from "../../runs/writer.js";
import type { UnstampedRunEvent, RunEvent } from "../../events/events.js";
import { abortPromiseOf, type AbortPromise } from "./abortion.js";
import { CheckpointWriter } from "./checkpoint-writer.js";
import type { TrainingOutcome, TrainingLoopInput } from "./contract.js";
import { PauseSchedule } from "./pauses.js";
import type { CompletedStep } from "./step-source.js";
import { shouldStopEarly, nanValidationCount, positionAfterValidation } from "./validation.js";

export function runTrainingLoop(training: TrainingLoopInput): Promise<TrainingOutcome> {
  return new TrainingLoop(training).run();
}

class TrainingLoop {
  private readonly steps: TrainingSteps;
  private readonly started = performance.now();
  private readonly aborted: AbortPromise;
  private readonly checkpoints: CheckpointWriter;
  private readonly pauses: PauseSchedule;
  private position: TrainingPosition;

  constructor(private readonly training: TrainingLoopInput) {
    const { source, hooks, resume, signal } = training;
    this.steps = { total: source.total, loader: source };
    this.position = resume?.position ?? { step: 0, best: null, watched: [], seconds: 0 };
    this.aborted = abortPromiseOf(signal);
    this.checkpoints = new CheckpointWriter(training, {
      emit: (event) => this.emit(event),
      elapsed: () => this.elapsed(),
    });
    this.pauses = new PauseSchedule(hooks);
  }

  private get recipe() {
    return this.training.plan.recipe.training;
  }

  async run(): Promise<TrainingOutcome> {
    this.begin();
    try {
      return await this.loop();
    } catch (error) {
      if (this.training.source.keepsWeightsOnFailure) await this.checkpoint().catch(() => undefined);
      this.failed();
      throw error;
    } finally {
      this.aborted.dispose();
    }
  }

  private begin(): void {
    const { plan, resume, damaged, engine, source } = this.training;
    this.emit({
      kind: "started",
      recipe: plan.recipeHash,
      plan: plan.planHash,
      engine,
      steps: source.total,
      process: { ...currentProcess(), locks: true },
      ...(resume ? { resumedFrom: resume.position.step } : {}),
    });
    for (const { file, error } of damaged) this.emit({ kind: "damaged", file, why: String((error as Error).message) });
    for (const allowed of plan.effects.allowed ?? []) this.emit({ kind: "allowed", ...allowed });
  }

  private async loop(): Promise<TrainingOutcome> {
    this.pauses.plan(this.position.step);
    for (;;) {
      const { step } = this.position;
      if (this.validates(step) && (this.position.validated ?? 0) < step) {
        const ended = await this.validated(step);
        if (ended) return ended;
      }
      if (step >= this.steps.total) break;
      const end = this.endsNow();
      if (end) return end === "stop" ? this.ended("early") : this.givenUp();
      if (isDueAtStep(this.recipe.checkpoint, step, this.steps)) await this.checkpoint();
      if (step >= this.pauses.next) {
        const ended = await this.pauses.wait(this.aborted.promise);
        this.pauses.plan(step);
        if (ended === "aborted") return this.interrupted();
        continue;
      }
      if ((await this.stepsTo(this.barrier())) === "aborted") return this.interrupted();
    }
    return this.ended("done");
  }

  private endsNow(): "stop" | "give up" | null {
    for (const hook of this.training.hooks) {
      const end = hook.endsNow?.();
      if (end) return end;
    }
    return null;
  }

  /** Takes steps up to `barrier`; requests may be sent ahead. */
  private async stepsTo(barrier: number): Promise<"aborted" | "reached"> {
    while (this.position.step < barrier) {
      const step = await Promise.race([this.training.source.next(barrier), this.aborted.promise]);
      if (step === "aborted") return step;
      if (!step) throw new CodedError("internal", { what: `step ${this.position.step + 1} was not sent` });
      this.done(step);
    }
    return "reached";
  }

  /** Scores the validation split. @returns the result of the training if it ends with this validation */
  private async validated(step: number): Promise<TrainingOutcome | undefined> {
    const { validation, hooks } = this.training;
    if (!validation.validate) return undefined;
    const scoring = validation.validate(this.aborted.signal, (done, total) => validation.onProgress?.(done, total));
    scoring.catch(() => undefined); // awaited below
    const scores = await Promise.race([scoring, this.aborted.promise]);
    if (scores === "aborted") return this.interrupted();
    const value = scores[validation.watched.name] ?? Number.NaN;
    this.position = positionAfterValidation(this.position, step, value, validation);
    const reports = hooks.map((hook) => hook.afterValidation?.());
    this.emit({ kind: "evaluated", step, split: "validation", metrics: scores, ...merged(reports) });
    if (nanValidationCount(this.position) === 1 && Number.isNaN(value)) validation.onUnmeasured?.(step);
    if (this.position.best?.step === step) await this.checkpoint();
    return shouldStopEarly(this.position, validation, this.recipe.early_stopping ?? null)
      ? this.ended("early")
      : undefined;
  }

  private async ended(reason: "done" | "early"): Promise<TrainingOutcome> {
    await this.checkpoint();
    this.checkpoints.prune(this.position);
    this.stopped(reason);
    return this.settle(reason, Promise.resolve());
  }

  /** Ends the training as `early` in the log. It cannot be resumed. */
  private givenUp(): TrainingOutcome {
    this.stopped("early");
    return this.settle("given up", Promise.resolve());
  }

  /**
   * The cell replies at once. Pending requests finish in the engine host, and the checkpoint is written after them.
   */
  private interrupted(): TrainingOutcome {
    const { source } = this.training;
    this.emit({ kind: "stopping", step: this.position.step });
    const finish = async () => {
      try {
        for (const step of await source.stop(this.position.step)) this.done(step);
        if (source.hasWeightsOf?.(this.position.step) ?? true) await this.checkpoint();
        this.stopped("interrupted");
      } catch (error) {
        this.failed();
        throw error;
      }
    };
    return this.settle("interrupted", finish());
  }

  private settle(reason: TrainingOutcome["reason"], settled: Promise<void>): TrainingOutcome {
    const { position } = this;
    const { best, last } = this.checkpoints;
    return { reason, steps: position.step, best, last: last ?? { file: "", position }, settled };
  }

  private done(done: CompletedStep): void {
    const { step, epoch, tokens, loss, norm, rate, seconds, report, events = [] } = done;
    const due = step === this.steps.total || isDueAtStep(this.recipe.log, step, this.steps);
    const { hooks } = this.training;
    const reports = hooks.map((hook) => hook.afterStep?.(done, { due }));
    this.position = { ...this.position, step, ...merged(hooks.map((hook) => hook.position?.())) };
    this.pauses.took(seconds);
    const numbers = { step, epoch: epoch + 1, tokens, loss, norm, rate, seconds };
    this.emit({ kind: "step", ...numbers, ...report, ...merged(reports) });
    for (const event of events) this.emit(event);
    // The loss is the task's alone; the norm is of the gradient of all losses.
    if (!Number.isFinite(loss) || !Number.isFinite(norm))
      throw new CodedError("loss-not-finite", {
        step,
        loss: String(loss),
        rate,
        ...(Number.isFinite(loss) && { norm: String(norm) }),
      });
  }

  private checkpoint(): Promise<void> {
    return this.checkpoints.write(this.position);
  }

  private stopped(reason: Extract<UnstampedRunEvent, { kind: "stopped" }>["reason"]): void {
    const reports = this.training.hooks.map((hook) => hook.finish?.());
    const { step } = this.position;
    this.emit({ kind: "stopped", step, reason, seconds: this.elapsed(), ...merged(reports) });
  }

  private emit(event: UnstampedRunEvent): void {
    const { lock, run, hooks, onEvent } = this.training;
    lock.demand();
    const stamped: RunEvent = { at: new Date().toISOString(), run: run.id, ...event } as RunEvent;
    const logged =
      event.kind !== "step" ||
      hooks.some(({ logsEveryStep }) => logsEveryStep) ||
      isDueAtStep(this.recipe.log, event.step, this.steps);
    if (logged) run.append(stamped);
    onEvent(stamped);
  }

  /** An error while the log is written must not hide the error that ended the training. */
  private failed(): void {
    try {
      this.stopped("failed");
    } catch {
      // The disk is full or the folder was deleted: readers find a run without a lock.
    }
  }

  /** Returns the next step after which something is due. */
  private barrier(): number {
    let step = this.position.step + 1;
    const due = (n: number) =>
      this.validates(n) || isDueAtStep(this.recipe.checkpoint, n, this.steps) || n >= this.pauses.next;
    while (step < this.steps.total && !due(step)) step += 1;
    return step;
  }

  private validates(step: number): boolean {
    return this.training.validation.validate !== null && isDueAtStep(this.recipe.validate, step, this.steps);
  }

  /** Returns the seconds of training since the run's first step, without pauses. */
  private elapsed(): number {
    const before = this.training.resume?.position.seconds ?? 0;
    return before + (performance.now() - this.started - this.pauses.milliseconds) / 1000;
  }
}

/** Merges the fields of the parts; later ones win. */
function merged<T extends object>(parts: readonly (T | undefined)[]): Partial<T> {
  return parts.reduce<Partial<T>>((all, part) => ({ ...all, ...part }), {});
}
