/**
 * Runs the trials of one sweep, from the first point to the last. Several may be open at the same time. They take turns
 * on the engine, some updates each, so that each shows early how good it is. A trial trains exactly as it would alone.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { PrunerImplementation } from "#stdlib/pruners/kind.js";
import type { SearchPoint, SearchImplementation } from "#stdlib/searches/kind.js";
import type { RunLock } from "../runs/run-lock.js";
import { thresholdDistances } from "../study/bars.js";
import { settingTextsAtPoint } from "../study/points.js";
import { orientedScore, withStartTrials, studyOf, type goalOf } from "../study/study.js";
import type { TrialRecord } from "../study/trial.js";
import { busySecondsOf, trialTokens } from "../study/time-spent.js";
import { isSpaceExhausted, type SweepEndReason } from "./sweep-end.js";
import { FailureStreak, sweepEndingFailureKind, failureText } from "./failures.js";
import { deleteTrialWeights, hasWeights } from "../session/kept-weights.js";
import { columnMeans, columnDeviations } from "./seed-scores.js";
import { bestTrialNumber, trialsWithKeptWeights } from "./ranking.js";
import type { TrialOutcome, TrialRunner } from "./trial-program.js";
import type { TrialLog } from "./journal/trial-log.js";
import { TurnScheduler, type TrainingTurn } from "./trial-scheduler.js";
import type { RequestedTrial, TrialRequests } from "./requested-trials.js";

export interface SweepRunnerOptions {
  readonly runTrial: TrialRunner;
  readonly sweep: SweepPlan;
  readonly signal: AbortSignal | undefined;
  readonly name: string;
  readonly search: SearchImplementation;
  readonly pruner: PrunerImplementation | null;
  readonly goal: ReturnType<typeof goalOf>;
  readonly log: TrialLog;
  /** Trials of earlier sweeps, with numbers below 1, which only the search sees. Defaults to none. */
  readonly started?: readonly TrialRecord[];
  readonly lock: RunLock;
  readonly wishes: TrialRequests;
  /** Trials that start before the search is used, within the sweep's limits. */
  readonly first?: readonly RequestedTrial[];
  /** Reports whether a run's weights are stored in another place. Defaults to no. */
  readonly isKept?: ((run: string) => boolean) | undefined;
  /** Called if the best trial's weights are missing, so that it is trained again. */
  readonly onLost?: (number: number) => void;
  /** Called whenever a trial has changed. */
  readonly onChange: () => void;
  /** Maximum number of open trials. */
  readonly atOnce: number;
}
/** How a trial runs. */
interface How {
  readonly turn: TrainingTurn;
  /** It was started before the sweep was interrupted. */
  readonly resume: boolean;
}
/** A trial to start: a point of the space, or settings that the user requested. */
interface Next {
  readonly number: number;
  readonly point: SearchPoint;
  readonly values: Readonly<Record<string, string>>;
  readonly resume: boolean;
  readonly again?: number;
}

export async function runTrials(options: SweepRunnerOptions): Promise<SweepEndReason> {
  return new SweepRun(options).run();
}

class SweepRun {
  private readonly turns = new TurnScheduler();
  private readonly failures = new FailureStreak();
  private readonly open = new Map<number, Promise<void>>();
  private readonly begun = performance.now();
  private readonly abort = new AbortController();
  private readonly unfinished: TrialRecord[];
  private readonly first: RequestedTrial[];
  private tokens: number;
  /** Milliseconds that earlier trials took. */
  private readonly before: number;
  private ending: SweepEndReason = "trials";
  private over = false;
  /** Whether a trial started in this run. */
  private ran = false;
  /** The first number that this process assigned. */
  private readonly from: number;
  /** The failure that ends the sweep early. */
  private fatal: { readonly error: unknown; readonly trial: TrialRecord } | null = null;

  constructor(private readonly options: SweepRunnerOptions) {
    this.from = options.log.next;
    this.unfinished = [...options.log.unfinished];
    this.first = [...(options.first ?? [])];
    this.tokens = options.log.ended.reduce((sum, trial) => sum + trialTokens(options.sweep, trial), 0);
    this.before = 1000 * busySecondsOf(options.log.ended);
  }

  async run(): Promise<SweepEndReason> {
    const { wishes } = this.options;
    const wished = (): Promise<void> => new Promise((resolve) => (wishes.onWish = resolve));
    if (this.options.signal?.aborted) this.stop();
    this.options.signal?.addEventListener("abort", this.stop, { once: true });
    try {
      for (;;) {
        this.fill();
        if (this.open.size === 0) break;
        // Continues when a trial has ended, or when the user requests one and a place is free.
        await Promise.race([...this.open.values(), wished()]);
      }
    } finally {
      this.options.signal?.removeEventListener("abort", this.stop);
    }
    if (this.fatal) throw this.errorOf(this.fatal);
    this.options.signal?.throwIfAborted();
    return this.ending;
  }

  private fill(): void {
    while (this.fatal === null && this.open.size < this.options.atOnce) {
      const next = this.next();
      if (!next) break;
      this.begin(next);
    }
  }

  private readonly stop = (): void => this.abort.abort(this.options.signal?.reason);

  /** Returns the next trial; null if none starts now. */
  private next(): Next | null {
    const { log, sweep, wishes, search } = this.options;
    if (this.abort.signal.aborted) return null;
    const unfinished = this.unfinished.shift();
    if (unfinished) return { ...unfinished, resume: true };
    const wish = wishes.next();
    if (wish) return { ...wish, number: log.next, resume: false };
    if (this.over) return this.lost();
    log.look();
    const number = log.next;
    // Trials that do not count, or no longer, do not use up the sweep's number of trials.
    const nth = number - log.aside - log.strange.length;
    const bound = this.bound(nth);
    if (bound) return this.endsBy(bound);
    const first = this.first.shift();
    if (first) return { ...first, number, resume: false };
    const study = studyOf(sweep, log.trials);
    const seen = sweep.pruner && this.options.pruner?.seen?.(sweep.pruner, study, number);
    const whole = withStartTrials(seen ?? study, sweep, this.options.started ?? []);
    const point = search.suggest(sweep.search, whole, nth);
    if (!point) return this.endsBy(isSpaceExhausted(whole, sweep.search) ? "used up" : "none found");
    return { number, point, values: settingTextsAtPoint(sweep.vary, point), resume: false };
  }

  /**
   * Returns the limit that prevents another trial; null if there is none.
   * @param number position among the trials that count
   */
  private bound(number: number): SweepEndReason | null {
    const { trials, budgetMs, budgetTokens } = this.options.sweep;
    if (number > (trials ?? Number.POSITIVE_INFINITY)) return "trials";
    if (budgetMs !== null && this.before + performance.now() - this.begun > budgetMs)
      return this.before > budgetMs ? "budget of before" : "budget";
    if (this.tokens < (budgetTokens ?? Number.POSITIVE_INFINITY)) return null;
    return this.ran ? "tokens" : "tokens of before";
  }
  private endsBy(ending: SweepEndReason): Next | null {
    this.over = true;
    this.ending = ending;
    return this.lost();
  }

  /**
   * When all is done: returns the best trial if its weights are missing, so that there is a model to continue with.
   */
  private lost(): Next | null {
    const { log, sweep, onLost } = this.options;
    if (this.open.size > 0) return null;
    const number = bestTrialNumber(sweep, log.ended);
    const best = log.ended.find((trial) => trial.number === number);
    // A trial of this run has its weights, or the disk is full.
    if (
      !best ||
      best.run === null ||
      best.number >= this.from ||
      this.options.isKept?.(best.run) ||
      hasWeights(best.run)
    )
      return null;
    onLost?.(best.number);
    const { point, values } = best;
    return { number: log.next, point, values, again: best.number, resume: false };
  }

  private begin(next: Next): void {
    const { log, onChange } = this.options;
    const { point, values, resume, again } = next;
    const begun = {
      point,
      values,
      ...(again !== undefined && { again }),
      score: null,
      state: "running",
      seconds: 0,
      run: null,
      error: null,
    } as const;
    let trial: TrialRecord = { ...begun, number: next.number, begun: Date.now() };
    try {
      trial = log.begin(trial);
    } catch (error) {
      this.end(error, trial);
      return;
    }
    const { number } = trial;
    this.ran = true;
    onChange();
    const turn = this.turns.turn();
    void turn.begin();
    const ended = this.train(trial, { turn, resume }).finally(() => {
      this.open.delete(number);
      onChange();
      // The next trial joins the queue before this one's turn ends.
      this.fill();
      turn.leave();
    });
    this.open.set(number, ended);
  }

  /** Never rejects: a failure that ends the sweep is stored. */
  private async train(begun: TrialRecord, how: How): Promise<void> {
    const { log, lock } = this.options;
    const { number } = begun;
    const started = performance.now();
    const now = (): TrialRecord => log.open.find((one) => one.number === number) ?? begun;
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      lock.demand();
      const outcomes = await this.outcomes(begun, how, now);
      this.done(now(), outcomes, seconds());
    } catch (error) {
      if (this.fatal !== null || sweepEndingFailureKind(error) !== null) this.end(error, now());
      else
        this.failed({ ...now(), score: null, state: "failed", seconds: seconds(), error: failureText(error) }, error);
    }
    log.leave(number);
  }

  /** Trains the trial and reports its progress. */
  private outcomes(
    { number, values }: TrialRecord,
    how: How,
    now: () => TrialRecord,
  ): Promise<readonly TrialOutcome[]> {
    const { log, wishes, onChange, name, goal } = this.options;
    let why: string | null = null;
    const trialOf = { sweep: name, journal: log.name, number, goal };
    return this.options.runTrial({
      values,
      trialOf,
      ...how,
      signal: this.abort.signal,
      onProgram: (hashes) => log.note(number, hashes),
      onRun: (run) => log.note(number, { run }),
      onSteps: (steps) => log.note(number, { steps }),
      onStep: (step, tokens) => log.note(number, { step, tokens: (now().tokens ?? 0) + tokens }),
      onReport: (step, score) => {
        log.report(number, step, score);
        why ??= this.givenUp(now());
        if (why !== null) log.note(number, { why });
        onChange();
      },
      ends: () => (wishes.stopped(number) ? "stop" : why === null ? null : "give up"),
    });
  }

  private givenUp(trial: TrialRecord): string | null {
    const { sweep, pruner, log } = this.options;
    const { step = 0, steps = 0 } = trial;
    if (!pruner || !sweep.pruner || step >= steps) return null;
    const study = studyOf(sweep, log.trials);
    const ownTrial = mustExist(
      study.trials.find(({ number }) => number === trial.number),
      "a trial of its study",
    );
    return pruner.prunes(sweep.pruner, study, ownTrial, steps);
  }

  private done(trial: TrialRecord, outcomes: readonly TrialOutcome[], seconds: number): void {
    const { log, sweep, wishes } = this.options;
    const tokens = outcomes.reduce((sum, one) => sum + one.tokens, 0);
    this.tokens += tokens;
    const scored = outcomes.filter(hasScores);
    const stopped = wishes.stopped(trial.number);
    const { why, ...rest } = trial;
    const ended = { ...rest, seconds, tokens, run: bestRun(this.options, scored) ?? outcomes.at(-1)?.run ?? trial.run };
    if (scored.length === 0) {
      const state = stopped ? "stopped" : "pruned";
      log.end({ ...ended, state, ...(why !== undefined && !stopped && { why }) });
    } else {
      const scores = columnMeans(scored.map((one) => one.scores));
      const whole: TrialRecord = {
        ...ended,
        state: stopped ? "stopped" : "done",
        score: scores[0] ?? null,
        ...(sweep.goals.length > 1 && { scores }),
        ...(scored.length > 1 && { spread: columnDeviations(scored.map((one) => one.scores)) }),
        ...(sweep.require && { bars: columnMeans(scored.map(({ bars }) => bars)) }),
      };
      log.end(whole, thresholdDistances(sweep, whole));
    }
    this.failures.none();
    const keptNumbers = new Set(trialsWithKeptWeights(sweep, log.ended));
    const runs = outcomes.map(({ run }) => run).filter((run) => run !== ended.run);
    const poor = log.ended.flatMap(({ number, run }) => (keptNumbers.has(number) || run === null ? [] : [run]));
    deleteTrialWeights([...runs, ...poor], { from: log.runs, journal: log.name });
  }

  private failed(trial: TrialRecord, error: unknown): void {
    this.tokens += trial.tokens ?? 0;
    try {
      this.options.log.end(trial);
      if (this.failures.add(error)) this.end(alike(this.options, trial), trial);
    } catch (full) {
      this.end(full, trial);
    }
  }

  private end(error: unknown, trial: TrialRecord): void {
    // An engine's end also ends all open trials; the failure is assigned to the first of them.
    const first = this.options.log.open.find(({ number }) => number < trial.number);
    this.fatal ??= { error, trial: sweepEndingFailureKind(error) === "engine" ? (first ?? trial) : trial };
    this.abort.abort();
  }

  /** Returns the error that the statement ends with. */
  private errorOf({ error, trial }: { readonly error: unknown; readonly trial: TrialRecord }): unknown {
    const ended = sweepEndingFailureKind(error);
    if (ended === null || ended === "interrupt" || ended === "workers") return error;
    const { name, log } = this.options;
    const { number, values } = trial;
    return new CodedError(
      "sweep-stopped",
      { sweep: name, trial: number, kept: log.ended.length, values, why: failureText(error), ended },
      { cause: error },
    );
  }
}

type Scored = TrialOutcome & { readonly scores: readonly number[] };
const hasScores = (outcome: TrialOutcome): outcome is Scored => outcome.scores !== null;

/** Returns the run of the seed with the best score in the first goal. */
function bestRun({ sweep }: SweepRunnerOptions, scored: readonly Scored[]): string | undefined {
  const worth = ({ scores }: Scored): number => orientedScore(sweep, scores[0] ?? null) ?? Number.NEGATIVE_INFINITY;
  return scored.toSorted((a, b) => worth(b) - worth(a))[0]?.run;
}

function alike({ name, log }: SweepRunnerOptions, { error, number, values }: TrialRecord): CodedError {
  const trials = log.ended.filter(({ state }) => state === "failed").length;
  return new CodedError("trials-fail-alike", { sweep: name, trial: number, failed: trials, values, why: error ?? "" });
}
