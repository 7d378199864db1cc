/**
 * Work that waits for a worker: in the order in which it came, what was lost before what nobody has begun. What a worker lacks
 * something for waits for another; what nobody can do, or is lost again and again, is given up.
 */
import { CodedError, codeEntryOf, diagnosticText, type Code } from "#dsl/language/diagnostics/codes.js";
import type { RemoteFailure } from "./protocol.js";
import type { RemoteWork } from "./work.js";

/** So often work is lent again before it is given up. */
export const MAX_LEASES = 4;
/** Milliseconds in which the workers that are expected come. */
const GATHER = 60_000;

export interface QueuedWork {
  readonly given: RemoteWork;
  /** Workers that lack what it needs, and what. */
  readonly unable: Map<string, RemoteFailure>;
  /** So often it was lost. */
  times: number;
  /** When the first worker lacked something for it. */
  since: number;
}
export interface WorkQueueOptions {
  /** What the workers that are there are called. */
  readonly here: () => ReadonlySet<string>;
  /** How many come in all; what those that are there lack, one that comes later may have. */
  readonly expected: number;
  /** Milliseconds in which they come. */
  readonly gather?: number;
  readonly onNote: (words: string) => void;
}

export class WorkQueue {
  private queue: QueuedWork[] = [];
  private readonly waiting = new Set<() => void>();
  /** Why nobody will do anything any more. */
  private hopeless: Error | null = null;

  constructor(private readonly options: WorkQueueOptions) {}

  give(given: RemoteWork): void {
    this.add({ given, unable: new Map(), times: 0, since: 0 }, "last");
  }

  /** Before what nobody has begun. */
  again(work: QueuedWork): void {
    this.add(work, "first");
  }

  private add(work: QueuedWork, place: "first" | "last"): void {
    if (this.hopeless) return work.given.lost(this.hopeless);
    if (place === "first") this.queue.unshift(work);
    else this.queue.push(work);
    this.wake();
  }

  /** The first that a worker of that name may do, which waits no longer. */
  take(worker: string): QueuedWork | undefined {
    const queueIndex = this.queue.findIndex(({ unable }) => !unable.has(worker));
    return queueIndex < 0 ? undefined : this.queue.splice(queueIndex, 1)[0];
  }

  /** @returns whether it waited */
  withdraw(given: RemoteWork): boolean {
    const before = this.queue.length;
    this.queue = this.queue.filter((one) => one.given !== given);
    return this.queue.length < before;
  }

  /** No worker will come any more: work that waits is lost, and so is what is given or given back from now on. */
  fail(error: Error): void {
    this.hopeless ??= error;
    const { queue } = this;
    this.queue = [];
    for (const { given } of queue) given.lost(error);
  }

  /** Its worker is gone, or gave it back. */
  lost(work: QueuedWork, why: string): void {
    work.times += 1;
    if (work.times < MAX_LEASES) this.again(work);
    else work.given.lost(new CodedError("work-lost", { what: work.given.title, times: work.times, why }));
  }

  /** What one worker lacks another may have. */
  lacked(work: QueuedWork, worker: string, failure: RemoteFailure): void {
    if (work.unable.size === 0) work.since = Date.now();
    work.unable.set(worker, failure);
    this.options.onNote(`${worker} can't do ${work.given.title}: ${failure.message}`);
    if (this.hasTaker(work)) this.again(work);
    else this.giveUp(work);
  }

  /** Who could do something may have gone, or not come: one that comes in its place lacks the same. */
  look(): void {
    for (const work of [...this.queue]) {
      if (work.unable.size === 0 || this.options.here().size === 0 || this.hasTaker(work)) continue;
      this.withdraw(work.given);
      this.giveUp(work);
    }
  }

  private hasTaker({ unable, since }: QueuedWork): boolean {
    const here = this.options.here();
    if ([...here].some((name) => !unable.has(name))) return true;
    return here.size < this.options.expected && Date.now() - since < (this.options.gather ?? GATHER);
  }

  private giveUp({ given, unable }: QueuedWork): void {
    const [worker, { code, data, message }] = [...unable].at(-1) ?? ["", { code: null, data: null, message: "" }];
    const mend = code !== null && codeEntryOf(code) ? diagnosticText({ code: code as Code, data }).help : undefined;
    given.lost(
      new CodedError("worker-lacks", { what: given.title, worker, why: message, ...(mend !== undefined && { mend }) }),
    );
  }

  /** Until there is more, for so many milliseconds at most, or until whoever asked is gone. */
  more(wait: number, gone: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        gone.removeEventListener("abort", done);
        wake();
      };
      const timer = setTimeout(done, wait);
      this.waiting.add(done);
      gone.addEventListener("abort", done, { once: true });
    });
  }

  /** Whoever waits looks again. */
  wake(): void {
    for (const done of [...this.waiting]) done();
  }
}
