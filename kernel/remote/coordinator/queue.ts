/**
 * Queue of work, first in, first out; lost work comes before new work. Work for which a worker lacks something waits
 * for another. Work that no worker can do, or that is lost repeatedly, is given up.
 */
import { CodedError, codeEntryOf, diagnosticText, type Code } from "#dsl/language/diagnostics/codes.js";
import type { RemoteFailure } from "./protocol.js";
import type { RemoteWork } from "./work.js";

/** Maximum leases of the same work before it is given up. */
export const MAX_LEASES = 4;
/** Time in ms within which the expected workers connect. */
const GATHER = 60_000;

export interface QueuedWork {
  readonly given: RemoteWork;
  /** Workers that lack something for this work, and what. */
  readonly unable: Map<string, RemoteFailure>;
  times: number;
  /** Time when the first worker lacked something for it. */
  since: number;
}
export interface WorkQueueOptions {
  /** Returns the names of the connected workers. */
  readonly here: () => ReadonlySet<string>;
  /** Total number of workers expected: a later one may have what the present ones lack. */
  readonly expected: number;
  /** Time in ms within which they connect. */
  readonly gather?: number;
  readonly onNote: (words: string) => void;
}

export class WorkQueue {
  private queue: QueuedWork[] = [];
  private readonly waiting = new Set<() => void>();
  /** Why no work can be done any more. */
  private hopeless: Error | null = null;

  constructor(private readonly options: WorkQueueOptions) {}

  give(given: RemoteWork): void {
    this.add({ given, unable: new Map(), times: 0, since: 0 }, "last");
  }

  /** Puts work back before new work. */
  again(work: QueuedWork): void {
    this.add(work, "first");
  }

  private add(work: QueuedWork, place: "first" | "last"): void {
    if (this.hopeless) return work.given.lost(this.hopeless);
    if (place === "first") this.queue.unshift(work);
    else this.queue.push(work);
    this.wake();
  }

  /** Removes and returns the first work that the worker may do. */
  take(worker: string): QueuedWork | undefined {
    const queueIndex = this.queue.findIndex(({ unable }) => !unable.has(worker));
    return queueIndex < 0 ? undefined : this.queue.splice(queueIndex, 1)[0];
  }

  /** @returns whether it was queued */
  withdraw(given: RemoteWork): boolean {
    const before = this.queue.length;
    this.queue = this.queue.filter((one) => one.given !== given);
    return this.queue.length < before;
  }

  /** Call when no further worker can connect: queued work fails, and so does any work added later. */
  fail(error: Error): void {
    this.hopeless ??= error;
    const { queue } = this;
    this.queue = [];
    for (const { given } of queue) given.lost(error);
  }

  /** Requeues work whose worker has left or gave it back, unless it was lost too often. */
  lost(work: QueuedWork, why: string): void {
    work.times += 1;
    if (work.times < MAX_LEASES) this.again(work);
    else work.given.lost(new CodedError("work-lost", { what: work.given.title, times: work.times, why }));
  }

  /** Records what a worker lacks; another may have it. */
  lacked(work: QueuedWork, worker: string, failure: RemoteFailure): void {
    if (work.unable.size === 0) work.since = Date.now();
    work.unable.set(worker, failure);
    this.options.onNote(`${worker} cannot do ${work.given.title}: ${failure.message}`);
    if (this.hasTaker(work)) this.again(work);
    else this.giveUp(work);
  }

  /**
   * Gives up work that no worker can take: capable ones may have left or never connected, and replacements lack the
   * same.
   */
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

  /** Waits for new work, at most `wait` ms, or until the requester has left. */
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

  wake(): void {
    for (const done of [...this.waiting]) done();
  }
}
