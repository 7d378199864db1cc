/** Measures the host's computing time, and its time waiting for the next run, between the first run and the last. */
import type { EngineHostTimes } from "../engine.js";

export class ComputeClock {
  private computing = 0;
  private waiting = 0;
  /** End of the last run; null before the first. */
  private ended: number | null = null;

  async timed<T>(run: () => T | Promise<T>): Promise<T> {
    const begun = performance.now();
    if (this.ended !== null) this.waiting += begun - this.ended;
    try {
      return await run();
    } finally {
      this.ended = performance.now();
      this.computing += this.ended - begun;
    }
  }

  /** Returns the counts, and resets them. */
  read(): EngineHostTimes {
    const counted = { computingSeconds: this.computing / 1000, waitingSeconds: this.waiting / 1000 };
    this.computing = 0;
    this.waiting = 0;
    this.ended = null;
    return counted;
  }
}
