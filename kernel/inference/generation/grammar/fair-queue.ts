/** A queue that is fair to several keys: keys take turns, and each key's jobs are taken in the order in which they came. */

export interface QueuedJob {
  readonly key: string;
  /** Higher for jobs that came later. */
  readonly number: number;
}

export class FairQueue<T extends QueuedJob> {
  /** In the order of their next turns; no list is empty. */
  private readonly keys = new Map<string, T[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }
  /** A key's jobs, as they are now. */
  jobsOf(key: string): readonly T[] {
    return [...(this.keys.get(key) ?? [])];
  }
  countOf(key: string): number {
    return this.keys.get(key)?.length ?? 0;
  }
  /** Whether a job of another key waits. */
  hasOther(key: string): boolean {
    return this.keys.size > (this.keys.has(key) ? 1 : 0);
  }

  has(is: (key: string) => boolean): boolean {
    for (const key of this.keys.keys()) if (is(key)) return true;
    return false;
  }

  /** A key without jobs gets its turn after all others. */
  add(job: T): void {
    const jobs = this.keys.get(job.key) ?? [];
    const later = jobs.findIndex(({ number }) => number > job.number);
    jobs.splice(later < 0 ? jobs.length : later, 0, job);
    this.keys.set(job.key, jobs);
    this.count++;
  }
  /** The first job of the key whose turn it is; a key that `may` not keeps its turn. */
  take(may: (key: string) => boolean = () => true): T | undefined {
    for (const [key, [job]] of this.keys) {
      if (!job || !may(key)) continue;
      this.remove(job);
      this.served(key);
      return job;
    }
    return undefined;
  }
  remove(job: T): boolean {
    const jobs = this.keys.get(job.key);
    const index = jobs?.indexOf(job) ?? -1;
    if (!jobs || index < 0) return false;
    jobs.splice(index, 1);
    if (jobs.length === 0) this.keys.delete(job.key);
    this.count--;
    return true;
  }
  /** The key's next turn comes after those of all keys that wait now. */
  served(key: string): void {
    const jobs = this.keys.get(key);
    if (!jobs) return;
    this.keys.delete(key);
    this.keys.set(key, jobs);
  }
  *[Symbol.iterator](): Generator<T> {
    for (const jobs of this.keys.values()) yield* jobs;
  }
}
