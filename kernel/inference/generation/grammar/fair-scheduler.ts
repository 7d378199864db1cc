/**
 * Shares a few workers fairly among keys (API keys, or addresses). Keys take turns, and the jobs of one key start in the order in
 * which they came. A run can only be stopped and started anew, so a long one must not hold a worker that other keys wait for:
 *
 * - A key whose last run took a slice or less is quick, and goes before keys that are new. After `PASSES` such turns a new key has its
 *   turn: many new keys at once don't hold up the quick ones, and don't wait for ever.
 * - A run that has taken longer than a slice is stopped when another key waits. Its key moves to the second line, with all its
 *   jobs, until they are done.
 * - The second line runs when no other key has had a turn for a slice, and its runs stop as soon as another key waits.
 * - One job of the second line at a time is run to its end, whoever waits, with `pause` ms between two of them. So every job
 *   ends, and others wait for such a run at most once in `pause` ms.
 */
import { LRUCache } from "lru-cache";
import { FairQueue, type QueuedJob } from "./fair-queue.js";

/** Consecutive turns of quick keys while another key waits. */
export const MAX_QUICK_TURNS = 3;
/** Keys that are remembered as quick. */
const REMEMBERED = 4096;

export interface SchedulerClock {
  now(): number;
  /** Calls back after so many ms; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}
export interface FairSchedulerOptions {
  readonly workers: number;
  /** ms. */
  readonly slice: number;
  readonly pause: number;
  /** What the workers need besides: whether a job of the key could start now. */
  readonly room?: (key: string) => boolean;
  readonly clock?: SchedulerClock;
}
/** A run as its job sees it. */
export interface ScheduledRun {
  /** Aborted where the run is over: its outcome counts no more. */
  readonly signal: AbortSignal;
  /** The slice begins now: what came before was preparation. */
  begins(): void;
}

interface Job extends QueuedJob {
  readonly run: (turn: ScheduledRun) => Promise<void>;
  /** When it came to the second line; null: it is of the first. */
  stopped: number | null;
}
interface Run {
  readonly job: Job;
  readonly over: AbortController;
  begun: number | null;
  toEnd: boolean;
}

const system: SchedulerClock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};

export class FairScheduler {
  private readonly first = new FairQueue<Job>();
  private readonly second = new FairQueue<Job>();
  private readonly running = new Set<Run>();
  /** Keys whose last run took a slice or less. */
  private readonly quick = new LRUCache<string, true>({ max: REMEMBERED });
  private passes = 0;
  private readonly clock: SchedulerClock;
  private jobs = 0;
  /** When the first line last had a worker, and when a run of the second line that nothing stops last ended. */
  private lastFirst = -Infinity;
  private lastToEnd = -Infinity;
  private cancel: (() => void) | null = null;
  private looks = false;
  private again = false;

  constructor(private readonly options: FairSchedulerOptions) {
    this.clock = options.clock ?? system;
  }

  /** Jobs that wait: of one key, or of all. */
  waiting(key?: string): number {
    const { first, second } = this;
    return key === undefined ? first.size + second.size : first.countOf(key) + second.countOf(key);
  }

  /** Resolves with the result of `work`, which may be restarted after its signal was aborted. Rejects with the signal's reason. */
  take<T>(key: string, work: (turn: ScheduledRun) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const settled =
        <V>(settle: (value: V) => void, turn: ScheduledRun) =>
        (value: V) => {
          if (turn.signal.aborted) return;
          signal?.removeEventListener("abort", leave);
          settle(value);
        };
      const run = (turn: ScheduledRun): Promise<void> => work(turn).then(settled(resolve, turn), settled(reject, turn));
      const job: Job = { key, number: this.jobs++, run, stopped: null };
      const leave = (): void => {
        this.drop(job);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", leave, { once: true });
      if (this.isSecond(key)) this.setAside(job);
      else this.first.add(job);
      this.look();
    });
  }

  /** Looks for what can be started or must be stopped: called when there may be room. */
  look(): void {
    // A job that is started or stopped, and whoever makes room for one, may call this.
    this.again = true;
    if (this.looks) return;
    this.looks = true;
    this.cancel?.();
    this.cancel = null;
    while (this.again) {
      this.again = false;
      for (let next = this.next(); next; next = this.next()) this.start(next.job, next.toEnd);
      this.again = this.stopOne() || this.again;
    }
    this.looks = false;
    const wake = this.wakeAfter();
    if (wake < Infinity) this.cancel = this.clock.after(Math.max(1, wake), () => this.look());
  }

  private next(): { readonly job: Job; readonly toEnd: boolean } | null {
    if (this.running.size >= this.options.workers) return null;
    const room = this.options.room ?? ((): boolean => true);
    const due = this.due();
    if (due && room(due.key) && this.second.remove(due)) return { job: due, toEnd: true };
    const job = this.nextOfFirst(room);
    if (job) return { job, toEnd: false };
    // Another key may come in a moment.
    const quiet =
      this.clock.now() - this.lastFirst >= this.options.slice || this.running.size + 1 < this.options.workers;
    const later = quiet ? this.second.take(room) : undefined;
    return later ? { job: later, toEnd: false } : null;
  }
  private nextOfFirst(room: (key: string) => boolean): Job | undefined {
    // Whether there is room is asked of keys that may start alone: making room ends threads.
    const quick = (key: string): boolean => this.quick.has(key) && room(key);
    const other = (key: string): boolean => !this.quick.has(key) && room(key);
    const others = this.first.has((key) => !this.quick.has(key));
    const isOthers = others && this.passes >= MAX_QUICK_TURNS;
    const job = this.first.take(isOthers ? other : quick) ?? this.first.take(room);
    if (job) this.passes = others && this.quick.has(job.key) ? this.passes + 1 : 0;
    return job;
  }
  /** The job of the second line that was stopped first, if it is to be run to its end now. */
  private due(): Job | null {
    let oldest: Job | null = null;
    for (const job of this.second) if (!oldest || stoppedAt(job) < stoppedAt(oldest)) oldest = job;
    return oldest && this.dueAfter(oldest) <= 0 ? oldest : null;
  }
  /** ms; Infinity: another runs to its end now. */
  private dueAfter(job: Job): number {
    const last = [...this.running].some(({ toEnd }) => toEnd) ? Infinity : this.lastToEnd;
    return Math.max(last, stoppedAt(job)) + this.options.pause - this.clock.now();
  }

  private start(job: Job, toEnd: boolean): void {
    const run: Run = { job, over: new AbortController(), begun: null, toEnd };
    this.running.add(run);
    this.noteFirst(job);
    const begins = (): void => {
      run.begun ??= this.clock.now();
      if (this.running.has(run)) this.look();
    };
    void job.run({ signal: run.over.signal, begins }).finally(() => {
      if (!this.running.has(run)) return;
      if (run.begun !== null) this.noteQuick(job.key, this.clock.now() - run.begun <= this.options.slice);
      this.ends(run);
    });
  }
  private ends(run: Run): void {
    this.running.delete(run);
    if (run.toEnd) this.lastToEnd = this.clock.now();
    this.noteFirst(run.job);
    this.first.served(run.job.key);
    this.look();
  }
  private noteQuick(key: string, is: boolean): void {
    if (is) this.quick.set(key, true);
    else this.quick.delete(key);
  }
  private noteFirst({ stopped }: Job): void {
    if (stopped === null) this.lastFirst = this.clock.now();
  }

  /** Whether a run was stopped for another key. */
  private stopOne(): boolean {
    for (const run of this.running) {
      const { job } = run;
      if (run.toEnd || this.leftOf(run) > 0 || !this.first.hasOther(job.key)) continue;
      if (job.stopped !== null && this.dueAfter(job) <= 0) {
        run.toEnd = true;
        continue;
      }
      this.running.delete(run);
      this.noteQuick(job.key, false);
      for (const one of [job, ...this.first.jobsOf(job.key)]) this.setAside(one);
      run.over.abort();
      return true;
    }
    return false;
  }
  private isSecond(key: string): boolean {
    return this.second.countOf(key) > 0 || [...this.running].some(({ job }) => job.key === key && job.stopped !== null);
  }
  private setAside(job: Job): void {
    this.first.remove(job);
    job.stopped ??= this.clock.now();
    this.second.add(job);
  }
  /** ms of its slice; Infinity: it has not begun. Runs of the second line have had theirs. */
  private leftOf({ job, begun }: Run): number {
    if (job.stopped !== null) return 0;
    return begun === null ? Infinity : begun + this.options.slice - this.clock.now();
  }
  private wakeAfter(): number {
    const now = this.clock.now();
    const slices = [...this.running].filter((run) => !run.toEnd && this.first.hasOther(run.job.key));
    const second = [...this.second];
    const later =
      second.length === 0
        ? []
        : [this.lastFirst + this.options.slice - now, ...second.map((job) => this.dueAfter(job))];
    return Math.min(Infinity, ...slices.map((run) => this.leftOf(run)), ...later.filter((ms) => ms > 0));
  }

  private drop(job: Job): void {
    if (this.first.remove(job) || this.second.remove(job)) return;
    for (const run of this.running)
      if (run.job === job) {
        // A job that was given up before its end may have been a long one.
        this.noteQuick(job.key, false);
        run.over.abort();
        return this.ends(run);
      }
  }
}

const stoppedAt = ({ stopped }: Job): number => stopped ?? Infinity;
