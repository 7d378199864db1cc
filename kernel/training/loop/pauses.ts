/** Schedules the pauses of a training: after how many steps the next one is due, and how long the pauses took. */
import type { TrainingHook } from "./hook.js";

export class PauseSchedule {
  /** The step of the next pause; infinity if there is none. */
  next = Number.POSITIVE_INFINITY;
  /** Milliseconds of all pauses so far. */
  milliseconds = 0;
  private since = { steps: 0, seconds: 0 };

  constructor(private readonly hooks: readonly TrainingHook[]) {}

  /** Adds a step to the mean time per step since the last pause. */
  took(seconds: number): void {
    this.since = { steps: this.since.steps + 1, seconds: this.since.seconds + seconds };
  }

  /** Finds the next pause after `step`. */
  plan(step: number): void {
    const { steps, seconds } = this.since;
    const perStep = steps === 0 ? null : seconds / steps;
    const chunks = this.hooks.map((hook) => hook.stepsUntilPause?.(perStep) ?? Number.POSITIVE_INFINITY);
    this.next = step + Math.max(1, Math.min(...chunks));
    this.since = { steps: 0, seconds: 0 };
  }

  /** Waits until all hooks allow training to continue, or until `aborted` resolves. */
  async wait(aborted: Promise<"aborted">): Promise<"aborted" | undefined> {
    const begun = performance.now();
    const ended = await Promise.race([this.hooked(), aborted]);
    this.milliseconds += performance.now() - begun;
    return ended;
  }

  private async hooked(): Promise<undefined> {
    for (const hook of this.hooks) await hook.pause?.();
  }
}
