/**
 * The training loop. Row → tokens → batch → feeds → engine host → `step` event. Only the batch goes to the host, only the
 * loss and the gradient norm come back. Everything random follows from the recipe's seed, the epoch and the step, so a run
 * that goes on from a checkpoint takes exactly the steps it would have taken. Where a checkpoint or a validation is due
 * nothing is sent ahead (pipeline.ts): both see the weights of their very step. An interrupted accumulation is left out: the
 * checkpoint is of the last whole update.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { NDArray } from "#dsl/graph/program.js";
import { hubRank } from "../ranks/rank.js";
import { SharedSession } from "../ranks/shared-session.js";
import { isDue, type Steps } from "#dsl/plan/cadence.js";
import { pruneCheckpoints, saveCheckpoint, type Checkpoint, type Position } from "../artifacts/checkpoints.js";
import type { Happening, RunEvent } from "../core/session/events.js";
import { pruneDynamics, saveDynamics } from "./dynamics.js";
import { StepPipeline, type Step } from "./pipeline.js";
import { stepsOf, totalSteps } from "./steps.js";
import { Toll } from "./toll.js";
import { thisProcess } from "../artifacts/writer.js";
import type { Training, Trained } from "./contract.js";
import { abortion, type Abortion } from "./abortion.js";

export function train(t: Training): Promise<Trained> {
  return new TrainingLoop(t).run();
}

class TrainingLoop {
  private readonly total: number;
  private readonly steps: Steps;
  private readonly started = performance.now();
  private readonly aborted: Abortion;
  private readonly pipeline: Pick<StepPipeline, "next" | "stop">;
  private position: Position;
  private best: Checkpoint | null = null;
  /** The step of the next pause, and what steps took since the last. */
  private pauseAt = Number.POSITIVE_INFINITY;
  private lately: { steps: number; seconds: number } = { steps: 0, seconds: 0 };
  /** Milliseconds in which others trained. */
  private away = 0;
  private last: Checkpoint | null;
  private readonly shared: SharedSession | undefined;
  private readonly toll: Toll | undefined;
  /** Until which step it trains without a look at anything else. */
  private until = 0;

  constructor(private readonly t: Training) {
    const rounds = t.federated?.rounds;
    this.total = rounds?.total ?? totalSteps(t.plan, t.loader, t.exact !== null);
    // A round is what an epoch is elsewhere.
    this.steps = { total: this.total, loader: rounds ? { epochsDone: (step) => step } : t.loader };
    this.position = t.resume?.position ?? { step: 0, best: null, watched: [], seconds: 0 };
    this.last = t.resume;
    this.aborted = abortion(t.signal);
    const { gang } = t;
    const rank = gang && hubRank(gang.hub, (step) => this.averages(step));
    this.shared = gang && rank && new SharedSession(t.session, rank, gang.shares, this.position.step);
    const { ranks } = t.plan.estimates;
    this.toll = gang && ranks && new Toll(ranks, t.run.everything());
    const of = {
      plan: t.plan,
      loader: t.loader,
      schedule: t.schedule,
      privately: t.privately ?? null,
      seen: t.watchedRows !== null,
    };
    this.pipeline = rounds ?? t.exact ?? new StepPipeline(stepsOf(of, t.session, this.shared), this.position.step);
  }

  private get training() {
    return this.t.plan.recipe.training;
  }

  async run(): Promise<Trained> {
    this.begin();
    try {
      return await this.loop();
    } catch (error) {
      // Rounds with clients elsewhere are dear, and end by what nobody here can mend.
      if (this.t.federated?.rounds.whole) await this.checkpoint().catch(() => undefined);
      this.failed();
      throw error;
    } finally {
      this.aborted.dispose();
    }
  }

  private begin(): void {
    const { plan, resume, damaged, engine } = this.t;
    this.emit({
      kind: "started",
      recipe: plan.recipeHash,
      plan: plan.planHash,
      engine,
      steps: this.total,
      process: { ...thisProcess(), locks: true },
      ...(resume ? { resumedFrom: resume.position.step } : {}),
    });
    for (const { file, error } of damaged) this.emit({ kind: "damaged", file, why: String((error as Error).message) });
    for (const allowed of plan.effects.allowed ?? []) this.emit({ kind: "allowed", ...allowed });
  }

  private async loop(): Promise<Trained> {
    this.planPause();
    for (;;) {
      const { step } = this.position;
      if (this.validates(step) && (this.position.validated ?? 0) < step) {
        const ended = await this.validated(step);
        if (ended) return ended;
      }
      if (step >= this.total) break;
      const end = this.t.among?.ends();
      if (end) return end === "stop" ? this.ended("early") : this.givenUp();
      if (isDue(this.training.checkpoint, step, this.steps)) await this.checkpoint();
      if (step >= this.pauseAt) {
        if ((await this.pause()) === "aborted") return this.interrupted();
        continue;
      }
      if ((await this.stepsTo(this.barrier())) === "aborted") return this.interrupted();
    }
    return this.ended("done");
  }

  private async pause(): Promise<"aborted" | undefined> {
    const begun = performance.now();
    const ended = await Promise.race([this.t.among?.pause().then(() => undefined), this.aborted.promise]);
    this.away += performance.now() - begun;
    this.planPause();
    return ended;
  }

  /** Takes steps until `barrier`, sending ahead. */
  private async stepsTo(barrier: number): Promise<"aborted" | "there"> {
    this.until = barrier;
    while (this.position.step < barrier) {
      const whole = await Promise.race([this.pipeline.next(barrier), this.aborted.promise]);
      if (whole === "aborted") return whole;
      if (!whole) throw new CodedError("internal", { what: `step ${this.position.step + 1} was not sent` });
      this.done(whole);
    }
    return "there";
  }

  /** Scores the validation split. @returns how the training ends where it ends by it */
  private async validated(step: number): Promise<Trained | undefined> {
    const { t } = this;
    if (!t.validate) return undefined;
    const scoring = t.validate(this.aborted.signal, (done, of) => t.onValidating?.(done, of));
    scoring.catch(() => undefined); // awaited below
    const scores = await Promise.race([scoring, this.aborted.promise]);
    if (scores === "aborted") return this.interrupted();
    const value = scores[t.watched.name] ?? Number.NaN;
    const score = this.turned(value);
    const { best } = this.position;
    const better = !Number.isNaN(score) && (best === null || score > best.score);
    this.position = {
      ...this.position,
      validated: step,
      watched: [...this.position.watched, value],
      best: better ? { score, step } : best,
    };
    const personal = t.federated?.personal && { personal: t.federated.personal() };
    const clients = t.federated && { clients: t.federated.scores(), ...personal, ...t.federated.rounds.carried?.() };
    this.emit({ kind: "evaluated", step, split: "validation", metrics: scores, ...clients });
    if (unmeasured(this.position) === 1 && Number.isNaN(value)) t.onUnmeasured?.(step);
    if (better) await this.checkpoint();
    return this.stopsEarly() ? this.ended("early") : undefined;
  }

  private stopsEarly(): boolean {
    const { stopping } = this.t;
    const { early_stopping } = this.training;
    // Where nothing was measured, nothing got worse.
    if (!stopping || !early_stopping || !this.position.best) return false;
    return stopping.stop(
      early_stopping,
      this.position.watched.map((value) => this.turned(value)),
    );
  }

  private async ended(reason: "done" | "early"): Promise<Trained> {
    await this.checkpoint();
    this.prune();
    this.stopped(reason);
    return this.settle(reason, Promise.resolve());
  }

  /** Its log says that it ended before its time, and nothing goes on with it. */
  private givenUp(): Trained {
    this.stopped("early");
    return this.settle("given up", Promise.resolve());
  }

  /** The cell replies now; the requests under way end in the host, the checkpoint is queued behind them. */
  private interrupted(): Trained {
    this.emit({ kind: "stopping", step: this.position.step });
    const finish = async () => {
      try {
        for (const step of await this.pipeline.stop(this.position.step)) this.done(step);
        // Weights of this rank alone are no checkpoint of the training.
        if ((this.shared?.agreed ?? this.position.step) === this.position.step) await this.checkpoint();
        this.stopped("interrupted");
      } catch (error) {
        this.failed();
        throw error;
      }
    };
    return this.settle("interrupted", finish());
  }

  private settle(reason: Trained["reason"], settled: Promise<void>): Trained {
    const { position, best, last } = this;
    return { reason, steps: position.step, best, last: last ?? { file: "", position }, settled };
  }

  private done({ seen, round, counts, ...step }: Step): void {
    void counts;
    const { watchedRows } = this.t;
    const shared = this.shared?.shared(step.step);
    const others = shared?.seen.map(({ rows, logits }) => ({ rows, logits: floatsIn(logits) })) ?? [];
    if (watchedRows) for (const one of [...(seen ?? []), ...others]) watchedRows.dynamics.see(one, watchedRows.truth);
    const { spending } = this.t.privately ?? {};
    const epsilon = spending?.spend(step.step === this.total || isDue(this.training.log, step.step, this.steps));
    this.position = { ...this.position, step: step.step, ...(spending && { privacy: spending.done }) };
    this.lately = { steps: this.lately.steps + 1, seconds: this.lately.seconds + step.seconds };
    const told = shared && { communicated: shared.communicated, waited: shared.waited };
    if (told) this.toll?.step(step.seconds, told);
    this.emit({ kind: "step", ...step, epoch: step.epoch + 1, ...told, ...(epsilon !== undefined && { epsilon }) });
    if (round) this.emit({ kind: "round", step: step.step, ...round });
    // The loss that is told is the task's own; of all that is learnt the gradient tells.
    if (!Number.isFinite(step.loss) || !Number.isFinite(step.norm))
      throw new CodedError("loss-not-finite", {
        step: step.step,
        loss: String(step.loss),
        rate: step.rate,
        ...(Number.isFinite(step.loss) && { norm: String(step.norm) }),
      });
  }

  private async checkpoint(): Promise<void> {
    const { position, last: before, t } = this;
    if (before?.position.step === position.step && before.position.validated === position.validated) return;
    t.lock.demand();
    if (t.watchedRows) await saveDynamics(t.run, position.step, t.watchedRows.dynamics);
    t.federated?.rounds.save(t.run, position.step);
    const made = await saveCheckpoint(t.run, t.session, t.saved, { ...position, seconds: this.elapsed() });
    t.run.sync();
    this.last = made;
    const isBest = position.best?.step === position.step;
    if (isBest) this.best = made;
    this.emit({
      kind: "checkpoint",
      step: position.step,
      folder: made.file,
      best: isBest,
      ...(isBest && { by: t.watched.name }),
    });
    this.prune(before);
  }
  /** While it trains the one before stays too, should this one be damaged. */
  private prune(before: Checkpoint | null = null): void {
    const { step, best } = this.position;
    const kept = [step, ...(before ? [before.position.step] : []), ...(best ? [best.step] : [])];
    pruneCheckpoints(this.t.run, kept);
    if (this.t.watchedRows) pruneDynamics(this.t.run, kept);
    this.t.federated?.rounds.prune(this.t.run, kept);
  }

  private stopped(reason: Extract<Happening, { kind: "stopped" }>["reason"]): void {
    const shared = this.toll && { shared: this.toll.told() };
    this.emit({ kind: "stopped", step: this.position.step, reason, seconds: this.elapsed(), ...shared });
  }
  private emit(event: Happening): void {
    const { lock, run } = this.t;
    lock.demand();
    const whole: RunEvent = { at: new Date().toISOString(), run: run.id, ...event } as RunEvent;
    // Of a private training every step stands in the log, so that none is forgotten that rows took part in.
    if (event.kind !== "step" || this.t.privately || isDue(this.training.log, event.step, this.steps))
      run.append(whole);
    this.t.on(whole);
  }
  /** What ended it is told, not that its log couldn't say so. */
  private failed(): void {
    try {
      this.stopped("failed");
    } catch {
      // a full disk, a folder that is gone: a reader finds the run without a lock
    }
  }

  /** The next step after which something is due. */
  private barrier(): number {
    let step = this.position.step + 1;
    const due = (n: number) => this.validates(n) || isDue(this.training.checkpoint, n, this.steps) || n >= this.pauseAt;
    while (step < this.total && !due(step)) step += 1;
    return step;
  }
  private planPause(): void {
    const { steps, seconds } = this.lately;
    const chunk = this.t.among?.chunk(steps === 0 ? null : seconds / steps);
    this.pauseAt = chunk === undefined ? Number.POSITIVE_INFINITY : this.position.step + Math.max(1, chunk);
    this.lately = { steps: 0, seconds: 0 };
  }
  /** Whether the weights of all ranks are averaged after a step: where the recipe says so, and before anybody looks at them. */
  private averages(step: number): boolean {
    return isDue(this.training.average ?? null, step, this.steps) || step >= this.until || this.aborted.signal.aborted;
  }
  private validates(step: number): boolean {
    return this.t.validate !== null && isDue(this.training.validate, step, this.steps);
  }
  private elapsed(): number {
    return (this.t.resume?.position.seconds ?? 0) + (performance.now() - this.started - this.away) / 1000;
  }
  /** So that greater is better. */
  private turned(value: number): number {
    return this.t.watched.better === "greater" ? value : -value;
  }
}

/** Validations whose watched metric was no number. */
export function unmeasured({ watched }: Position): number {
  return watched.filter(Number.isNaN).length;
}

function floatsIn(bytes: Uint8Array): NDArray {
  return { dtype: "f32", shape: [bytes.byteLength / 4], bytes };
}
