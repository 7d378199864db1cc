/**
 * Queue of requests that are answered in order. Long ones pause from time to time, and let unrelated requests pass.
 */
import type { PausePoint } from "./backend.js";

export class RequestQueue<R> {
  private readonly waiting: R[] = [];
  private works = false;

  /** `mayPass`: whether a request may precede the current one and those that came earlier. */
  constructor(
    private readonly answer: (request: R, pause: PausePoint) => Promise<void>,
    private readonly mayPass: (request: R, before: readonly R[]) => boolean,
  ) {}

  take(request: R): void {
    this.waiting.push(request);
    if (!this.works) void this.work();
  }

  private async work(): Promise<void> {
    this.works = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift())
      await this.answer(next, () => this.letPass());
    this.works = false;
  }

  /** Answers only the requests that are waiting now, so that the paused work continues however many arrive. */
  private async letPass(): Promise<void> {
    await new Promise(setImmediate);
    const before: R[] = [];
    const passing: R[] = [];
    for (const request of this.waiting) (this.mayPass(request, before) ? passing : before).push(request);
    this.waiting.splice(0, this.waiting.length, ...before);
    for (const request of passing) await this.answer(request, () => Promise.resolve());
  }
}
