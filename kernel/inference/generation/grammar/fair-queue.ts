/** A queue that is fair among keys: keys take turns, and each key's jobs are taken in order of arrival. */

export interface QueuedJob {
  readonly key: string;
  /** Arrival number; later jobs have higher numbers. */
  readonly number: number;
}

export class FairQueue<T extends QueuedJob> {
  /** Keys in the order of their next turns; no list is empty. */
  private readonly keys = new Map<string, T[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }
  /** Returns a snapshot of a key's jobs. */
  jobsOf(key: string): readonly T[] {
    return [...(this.keys.get(key) ?? [])];
  }
  countOf(key: string): number {
    return this.keys.get(key)?.length ?? 0;
  }
  hasOther(key: string): boolean {
    return this.keys.size > (this.keys.has(key) ? 1 : 0);
  }

  has(is: (key: string) => boolean): boolean {
    for (const key of this.keys.keys()) if (is(key)) return true;
    return false;
  }

  /** Adds a job. A key without jobs gets its turn after all others. */
  add(job: T): void {
    const jobs = this.keys.get(job.key) ?? [];
    const later = jobs.findIndex(({ number }) => number > job.number);
    jobs.splice(later < 0 ? jobs.length : later, 0, job);
    this.keys.set(job.key, jobs);
    this.count++;
  }
  /** Takes the first job of the next key for which `may` returns true. Skipped keys keep their turn. */
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
  /** Moves the key behind all keys that are waiting now. */
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
