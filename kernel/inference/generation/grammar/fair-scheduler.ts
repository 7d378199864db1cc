/**
 * Shares a few workers fairly among keys (API keys, or addresses). Keys take turns, and the jobs of one key start in
 * order of arrival. A run can only be stopped and restarted, so a long one must not occupy a worker that other keys
 * wait for:
 *
 * - A key whose last run took at most one slice is quick, and goes before new keys. After `MAX_QUICK_TURNS`
 *   such turns a new key gets its turn: many new keys at once do not delay the quick ones, and do not wait
 *   forever.
 * - A run that has taken longer than a slice is stopped when another key waits. Its key moves to the second
 *   queue, with all its jobs, until they are done.
 * - The second queue runs when no other key has had a turn for a slice. Its runs stop as soon as another key
 *   waits.
 * - One job of the second queue at a time runs to its end, whoever waits, with `pause` ms between two of
 *   them. So every job ends, and others wait for such a run at most once in `pause` ms.
 */
import { LRUCache } from "lru-cache";
import { FairQueue, type QueuedJob } from "./fair-queue.js";

/** Maximum consecutive turns of quick keys while another key waits. */
export const MAX_QUICK_TURNS = 3;
/** Maximum number of keys remembered as quick. */
const REMEMBERED = 4096;

export interface SchedulerClock {
  now(): number;
  /** Calls `call` after `ms`; returns a function that cancels it. */
  after(ms: number, call: () => void): () => void;
}
export interface FairSchedulerOptions {
  readonly workers: number;
  /** In ms. */
  readonly slice: number;
  readonly pause: number;
  /** Checks other resources: whether a job of the key could start now. */
  readonly room?: (key: string) => boolean;
  readonly clock?: SchedulerClock;
}
/** The scheduler's interface for a running job. */
export interface ScheduledRun {
  /** Aborted when the run is over; its outcome is then ignored. */
  readonly signal: AbortSignal;
  /** Starts the time slice; work before this call is preparation. */
  begins(): void;
}

interface Job extends QueuedJob {
  readonly run: (turn: ScheduledRun) => Promise<void>;
  /** Time at which the job moved to the second queue; null while it is in the first. */
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
  /** Keys whose last run took at most one slice. */
  private readonly quick = new LRUCache<string, true>({ max: REMEMBERED });
  private passes = 0;
  private readonly clock: SchedulerClock;
  private jobs = 0;
  /** Time when the first queue last had a worker, and time when a run-to-completion job last ended. */
  private lastFirst = -Infinity;
  private lastToEnd = -Infinity;
  private cancel: (() => void) | null = null;
  private looks = false;
  private again = false;

  constructor(private readonly options: FairSchedulerOptions) {
    this.clock = options.clock ?? system;
  }

  /** Returns the number of waiting jobs of one key, or of all keys. */
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

  /** Starts and stops jobs as needed; called when capacity may have become free. */
  look(): void {
    // Starting, stopping or making room for a job may call this method again.
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
    // Leaves the last worker free for a while, because another key may arrive.
    const quiet =
      this.clock.now() - this.lastFirst >= this.options.slice || this.running.size + 1 < this.options.workers;
    const later = quiet ? this.second.take(room) : undefined;
    return later ? { job: later, toEnd: false } : null;
  }
  private nextOfFirst(room: (key: string) => boolean): Job | undefined {
    // Checks `room` only for keys that may start, because making room ends threads.
    const quick = (key: string): boolean => this.quick.has(key) && room(key);
    const other = (key: string): boolean => !this.quick.has(key) && room(key);
    const others = this.first.has((key) => !this.quick.has(key));
    const isOthers = others && this.passes >= MAX_QUICK_TURNS;
    const job = this.first.take(isOthers ? other : quick) ?? this.first.take(room);
    if (job) this.passes = others && this.quick.has(job.key) ? this.passes + 1 : 0;
    return job;
  }
  /** Returns the longest-stopped job of the second queue if it must run to completion now. */
  private due(): Job | null {
    let oldest: Job | null = null;
    for (const job of this.second) if (!oldest || stoppedAt(job) < stoppedAt(oldest)) oldest = job;
    return oldest && this.dueAfter(oldest) <= 0 ? oldest : null;
  }
  /** Returns ms until the job is due; Infinity while another job runs to completion. */
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

  /** Stops one run if another key needs its worker; returns whether it did. */
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
  /**
   * Returns the ms left of the run's slice; Infinity if it has not begun. Runs of the second queue have used theirs.
   */
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
        // An abandoned job may have been a long one, so its key is no longer quick.
        this.noteQuick(job.key, false);
        run.over.abort();
        return this.ends(run);
      }
  }
}

const stoppedAt = ({ stopped }: Job): number => stopped ?? Infinity;
