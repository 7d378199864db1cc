/**
 * The trials of one sweep, from the first point to the last. Several may be open at a time; they take turns on the engine, a
 * chunk of updates each, so that each shows early what it is worth. A trial trains exactly as it would alone.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { PrunerImplementation } from "#stdlib/pruners/kind.js";
import type { Point, SearchImplementation } from "#stdlib/searches/kind.js";
import type { RunLock } from "../runs/run-lock.js";
import { missesOf } from "../study/bars.js";
import { valuesAt } from "../study/points.js";
import { oriented, startedStudy, studyOf, type goalOf } from "../study/study.js";
import type { TrialRecord } from "../study/trial.js";
import { secondsOf, tokensOf } from "../study/time-spent.js";
import { isUsedUp, type Ending } from "./sweep-end.js";
import { Failures, ends, whyOf } from "./failures.js";
import { dropWeights, hasWeights } from "../session/kept-weights.js";
import { meanOf, spreadOf } from "./of-seeds.js";
import { bestOf, keptOf } from "./ranking.js";
import type { Outcome, RunsTrial } from "./trial-work.js";
import type { TrialLog } from "./journal/trial-log.js";
import { Turns, type Turn } from "./trial-scheduler.js";
import type { Wanted, Wishes } from "./requested-trials.js";

export interface Runner {
  readonly runTrial: RunsTrial;
  readonly sweep: SweepPlan;
  readonly signal: AbortSignal | undefined;
  readonly name: string;
  readonly search: SearchImplementation;
  readonly pruner: PrunerImplementation | null;
  readonly goal: ReturnType<typeof goalOf>;
  readonly log: TrialLog;
  /** Trials of earlier sweeps, with numbers below 1: the search alone sees them. Absent: none. */
  readonly started?: readonly TrialRecord[];
  readonly lock: RunLock;
  readonly wishes: Wishes;
  /** What begins before the search is asked, within the sweep's bounds. */
  readonly first?: readonly Wanted[];
  /** Whether its weights lie elsewhere, for whoever will ask for them; absent: none do. */
  readonly kept?: ((run: string) => boolean) | undefined;
  /** Told of the best trial, whose weights are gone: it is trained again. */
  readonly onLost?: (number: number) => void;
  /** Told whenever something of its trials changed. */
  readonly onChange: () => void;
  /** Trials that are open at a time. */
  readonly atOnce: number;
}
/** How a trial runs. */
interface How {
  readonly turn: Turn;
  /** It was begun before the sweep was interrupted. */
  readonly resume: boolean;
}
/** A trial to begin: where it lies in the space, or settings that a person gave. */
interface Next {
  readonly number: number;
  readonly point: Point;
  readonly values: Readonly<Record<string, string>>;
  readonly resume: boolean;
  readonly again?: number;
}

export async function runTrials(o: Runner): Promise<Ending> {
  return new SweepRun(o).run();
}

class SweepRun {
  private readonly turns = new Turns();
  private readonly failures = new Failures();
  private readonly open = new Map<number, Promise<void>>();
  private readonly begun = performance.now();
  private readonly abort = new AbortController();
  private readonly unfinished: TrialRecord[];
  private readonly first: Wanted[];
  private tokens: number;
  /** Milliseconds that trials of before took. */
  private readonly before: number;
  private ending: Ending = "trials";
  private over = false;
  /** A trial began in this run. */
  private ran = false;
  /** The first number that this process gave. */
  private readonly from: number;
  /** What ends the sweep before its time. */
  private fatal: { readonly error: unknown; readonly trial: TrialRecord } | null = null;

  constructor(private readonly o: Runner) {
    this.from = o.log.next;
    this.unfinished = [...o.log.unfinished];
    this.first = [...(o.first ?? [])];
    this.tokens = o.log.ended.reduce((sum, trial) => sum + tokensOf(o.sweep, trial), 0);
    this.before = 1000 * secondsOf(o.log.ended);
  }

  async run(): Promise<Ending> {
    const { wishes } = this.o;
    const wished = (): Promise<void> => new Promise((told) => (wishes.onWish = told));
    if (this.o.signal?.aborted) this.stop();
    this.o.signal?.addEventListener("abort", this.stop, { once: true });
    try {
      for (;;) {
        this.fill();
        if (this.open.size === 0) break;
        // One that ended makes room, and so does a wish where there is room.
        await Promise.race([...this.open.values(), wished()]);
      }
    } finally {
      this.o.signal?.removeEventListener("abort", this.stop);
    }
    if (this.fatal) throw this.told(this.fatal);
    this.o.signal?.throwIfAborted();
    return this.ending;
  }

  private fill(): void {
    while (this.fatal === null && this.open.size < this.o.atOnce) {
      const next = this.next();
      if (!next) break;
      this.begin(next);
    }
  }

  private readonly stop = (): void => this.abort.abort(this.o.signal?.reason);

  /** What begins next; null: nothing does now. */
  private next(): Next | null {
    const { log, sweep, wishes, search } = this.o;
    if (this.abort.signal.aborted) return null;
    const unfinished = this.unfinished.shift();
    if (unfinished) return { ...unfinished, resume: true };
    const asked = wishes.next();
    if (asked) return { ...asked, number: log.next, resume: false };
    if (this.over) return this.lost();
    log.look();
    const number = log.next;
    // Those that count no more, or never did, leave their places to others.
    const nth = number - log.aside - log.strange.length;
    const bound = this.bound(nth);
    if (bound) return this.endsBy(bound);
    const first = this.first.shift();
    if (first) return { ...first, number, resume: false };
    const study = studyOf(sweep, log.trials);
    const seen = sweep.pruner && this.o.pruner?.seen?.(sweep.pruner, study, number);
    const whole = startedStudy(seen ?? study, sweep, this.o.started ?? []);
    const point = search.suggest(sweep.search, whole, nth);
    if (!point) return this.endsBy(isUsedUp(whole, sweep.search) ? "used up" : "none found");
    return { number, point, values: valuesAt(sweep.vary, point), resume: false };
  }

  /** What keeps one more trial from beginning; `number`: its place among those that count. */
  private bound(number: number): Ending | null {
    const { trials, budgetMs, budgetTokens } = this.o.sweep;
    if (number > (trials ?? Number.POSITIVE_INFINITY)) return "trials";
    if (budgetMs !== null && this.before + performance.now() - this.begun > budgetMs)
      return this.before > budgetMs ? "budget of before" : "budget";
    if (this.tokens < (budgetTokens ?? Number.POSITIVE_INFINITY)) return null;
    return this.ran ? "tokens" : "tokens of before";
  }
  private endsBy(ending: Ending): Next | null {
    this.over = true;
    this.ending = ending;
    return this.lost();
  }

  /** When all is done: the best trial, should its weights be gone, so that there is a model to go on with. */
  private lost(): Next | null {
    const { log, sweep, onLost } = this.o;
    if (this.open.size > 0) return null;
    const number = bestOf(sweep, log.ended);
    const best = log.ended.find((trial) => trial.number === number);
    // What was trained here has them, or its disk takes none.
    if (!best || best.run === null || best.number >= this.from || this.o.kept?.(best.run) || hasWeights(best.run))
      return null;
    onLost?.(best.number);
    const { point, values } = best;
    return { number: log.next, point, values, again: best.number, resume: false };
  }

  private begin(next: Next): void {
    const { log, onChange } = this.o;
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
      // The next one stands in the row before this one's turn is over.
      this.fill();
      turn.leave();
    });
    this.open.set(number, ended);
  }

  /** Never rejects: what ends the sweep is kept. */
  private async train(begun: TrialRecord, how: How): Promise<void> {
    const { log, lock } = this.o;
    const { number } = begun;
    const started = performance.now();
    const now = (): TrialRecord => log.open.find((one) => one.number === number) ?? begun;
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      lock.demand();
      const outcomes = await this.outcomes(begun, how, now);
      this.done(now(), outcomes, seconds());
    } catch (error) {
      if (this.fatal !== null || ends(error) !== null) this.end(error, now());
      else this.failed({ ...now(), score: null, state: "failed", seconds: seconds(), error: whyOf(error) }, error);
    }
    log.leave(number);
  }

  /** Trains it, and tells of it while it trains. */
  private outcomes({ number, values }: TrialRecord, how: How, now: () => TrialRecord): Promise<readonly Outcome[]> {
    const { log, wishes, onChange, name, goal } = this.o;
    let why: string | null = null;
    const of = { sweep: name, journal: log.name, number, goal };
    return this.o.runTrial({
      values,
      of,
      ...how,
      signal: this.abort.signal,
      onProgram: (of) => log.note(number, of),
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
    const { sweep, pruner, log } = this.o;
    const { step = 0, steps = 0 } = trial;
    if (!pruner || !sweep.pruner || step >= steps) return null;
    const study = studyOf(sweep, log.trials);
    const own = must(
      study.trials.find(({ number }) => number === trial.number),
      "a trial of its study",
    );
    return pruner.prunes(sweep.pruner, study, own, steps);
  }

  private done(trial: TrialRecord, outcomes: readonly Outcome[], seconds: number): void {
    const { log, sweep, wishes } = this.o;
    const tokens = outcomes.reduce((sum, one) => sum + one.tokens, 0);
    this.tokens += tokens;
    const scored = outcomes.filter(hasScores);
    const stopped = wishes.stopped(trial.number);
    const { why, ...rest } = trial;
    const ended = { ...rest, seconds, tokens, run: bestRun(this.o, scored) ?? outcomes.at(-1)?.run ?? trial.run };
    if (scored.length === 0) {
      const state = stopped ? "stopped" : "pruned";
      log.end({ ...ended, state, ...(why !== undefined && !stopped && { why }) });
    } else {
      const scores = meanOf(scored.map((one) => one.scores));
      const whole: TrialRecord = {
        ...ended,
        state: stopped ? "stopped" : "done",
        score: scores[0] ?? null,
        ...(sweep.goals.length > 1 && { scores }),
        ...(scored.length > 1 && { spread: spreadOf(scored.map((one) => one.scores)) }),
        ...(sweep.require && { bars: meanOf(scored.map(({ bars }) => bars)) }),
      };
      log.end(whole, missesOf(sweep, whole));
    }
    this.failures.none();
    const kept = new Set(keptOf(sweep, log.ended));
    const runs = outcomes.map(({ run }) => run).filter((run) => run !== ended.run);
    const poor = log.ended.flatMap(({ number, run }) => (kept.has(number) || run === null ? [] : [run]));
    dropWeights([...runs, ...poor], { from: log.runs, journal: log.name });
  }

  private failed(trial: TrialRecord, error: unknown): void {
    this.tokens += trial.tokens ?? 0;
    try {
      this.o.log.end(trial);
      if (this.failures.add(error)) this.end(alike(this.o, trial), trial);
    } catch (full) {
      this.end(full, trial);
    }
  }

  private end(error: unknown, trial: TrialRecord): void {
    // All that are open end with an engine: the sweep goes on with the first of them.
    const first = this.o.log.open.find(({ number }) => number < trial.number);
    this.fatal ??= { error, trial: ends(error) === "engine" ? (first ?? trial) : trial };
    this.abort.abort();
  }

  /** The error that the statement ends with. */
  private told({ error, trial }: { readonly error: unknown; readonly trial: TrialRecord }): unknown {
    const ended = ends(error);
    if (ended === null || ended === "interrupt" || ended === "workers") return error;
    const { name, log } = this.o;
    const { number, values } = trial;
    return new CodedError(
      "sweep-stopped",
      { sweep: name, trial: number, kept: log.ended.length, values, why: whyOf(error), ended },
      { cause: error },
    );
  }
}

type Scored = Outcome & { readonly scores: readonly number[] };
const hasScores = (outcome: Outcome): outcome is Scored => outcome.scores !== null;

/** Of several seeds the one that the first goal likes best. */
function bestRun({ sweep }: Runner, scored: readonly Scored[]): string | undefined {
  const worth = ({ scores }: Scored): number => oriented(sweep, scores[0] ?? null) ?? Number.NEGATIVE_INFINITY;
  return scored.toSorted((a, b) => worth(b) - worth(a))[0]?.run;
}

function alike({ name, log }: Runner, { error, number, values }: TrialRecord): CodedError {
  const trials = log.ended.filter(({ state }) => state === "failed").length;
  return new CodedError("trials-fail-alike", { sweep: name, trial: number, failed: trials, values, why: error ?? "" });
}
