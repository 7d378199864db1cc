/** Requests that are answered one after the other. One that takes long pauses now and then, and lets those pass that it doesn't concern. */
import type { PausePoint } from "./backend.js";

export class RequestQueue<R> {
  private readonly waiting: R[] = [];
  private works = false;

  /** `mayPass`: before what is under way, and before those that came earlier. */
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

  /** Those that are there now, each once: however many come, what pauses goes on. */
  private async letPass(): Promise<void> {
    await new Promise(setImmediate);
    const before: R[] = [];
    const passing: R[] = [];
    for (const request of this.waiting) (this.mayPass(request, before) ? passing : before).push(request);
    this.waiting.splice(0, this.waiting.length, ...before);
    for (const request of passing) await this.answer(request, () => Promise.resolve());
  }
}
