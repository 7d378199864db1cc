/**
 * Threads that hold texts to grammars, of all models of this process together. One that only waits for its next text makes room
 * where another is needed, and ends by itself after a while.
 */
export class Threads {
  private begun = 0;
  /** How those end that no text uses, who waits longest in front, and when they do. */
  private readonly idle = new Map<() => void, NodeJS.Timeout>();
  private waiting: (() => void)[] = [];

  /** So many at a time; ms after which one ends that nobody uses. */
  constructor(
    private readonly most: number,
    private readonly rest: number,
  ) {}

  get full(): boolean {
    return this.begun >= this.most;
  }

  enter(): void {
    this.begun++;
  }
  left(): void {
    this.begun--;
    this.wake();
  }

  /** No text uses it now; `end`, of its own, is called when it is to end. */
  rests(end: () => void): void {
    this.works(end);
    const timer = setTimeout(() => this.end(end), this.rest).unref();
    this.idle.set(end, timer);
    this.wake();
  }
  works(end: () => void): void {
    clearTimeout(this.idle.get(end));
    this.idle.delete(end);
  }

  /** Settles when there may be room. The signal's reason. */
  async room(signal: AbortSignal | undefined): Promise<void> {
    const freed = new Promise<void>((resolve, reject) => {
      this.waiting.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    const [longest] = this.idle.keys();
    if (longest) this.end(longest);
    await freed;
  }

  private end(end: () => void): void {
    this.works(end);
    end();
  }
  private wake(): void {
    const all = this.waiting;
    this.waiting = [];
    for (const go of all) go();
  }
}

/** Each takes tens of megabytes. */
export const threads = new Threads(16, 60_000);
