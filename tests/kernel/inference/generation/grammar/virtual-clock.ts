/** A clock that advances only when nothing else is left to do. */
import type { SchedulerClock } from "#kernel/inference/generation/grammar/fair-scheduler.js";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}
export class VirtualClock implements SchedulerClock {
  private time = 0;
  private timers: Timer[] = [];

  now(): number {
    return this.time;
  }
  after(ms: number, call: () => void): () => void {
    const timer = { at: this.time + ms, call };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((one) => one !== timer));
  }
  /** Runs until no timer is left or the time is over. */
  async run(until = Infinity): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.timers.reduce<Timer | null>((a, b) => (!a || b.at < a.at ? b : a), null);
      if (!next || next.at > until) return;
      this.timers = this.timers.filter((one) => one !== next);
      this.time = Math.max(this.time, next.at);
      next.call();
    }
  }
}
