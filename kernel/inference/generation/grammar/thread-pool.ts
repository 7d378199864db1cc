/**
 * Threads of compiled grammars, for all models of this process. Compiling takes a scheduler turn (./fair-scheduler.ts).
 * An unused thread ends after a while, or as soon as another needs its place.
 */
import { availableParallelism } from "node:os";
import { FairScheduler, type FairSchedulerOptions } from "./fair-scheduler.js";

/** Leaves one core to models and requests. */
const TURNS = { workers: Math.max(1, availableParallelism() - 1), slice: 100, pause: 20_000 } as const;

export interface ThreadPoolOptions {
  /** Maximum number of threads. */
  readonly most: number;
  /** Maximum number of threads of one client, so that others find a place too. Defaults to no limit. */
  readonly ofClient?: number;
  /** Time in ms after which an unused thread ends. */
  readonly rest: number;
  readonly turns?: Omit<FairSchedulerOptions, "room">;
}

export class GrammarThreadPool {
  readonly turns: FairScheduler;
  /** Number of threads of each client. */
  private readonly begun = new Map<string, number>();
  /**
   * Unused threads, keyed by the function that ends them, longest unused first; with their client and the timer that
   * ends them.
   */
  private readonly idle = new Map<() => void, { readonly client: string; readonly timer: NodeJS.Timeout }>();

  constructor(private readonly options: ThreadPoolOptions) {
    this.turns = new FairScheduler({ ...(options.turns ?? TURNS), room: (client) => this.makeRoom(client) });
  }

  get count(): number {
    return [...this.begun.values()].reduce((sum, count) => sum + count, 0);
  }
  get full(): boolean {
    return this.count >= this.options.most;
  }

  enter(client: string): void {
    this.begun.set(client, this.countOf(client) + 1);
  }
  left(client: string): void {
    const left = this.countOf(client) - 1;
    if (left > 0) this.begun.set(client, left);
    else this.begun.delete(client);
    this.turns.look();
  }

  /** Marks the client's thread as unused; `end` is called to end it. */
  rests(client: string, end: () => void): void {
    this.works(end);
    this.idle.set(end, { client, timer: setTimeout(() => this.end(end), this.options.rest).unref() });
    this.turns.look();
  }
  works(end: () => void): void {
    clearTimeout(this.idle.get(end)?.timer);
    this.idle.delete(end);
  }

  private countOf(client: string): number {
    return this.begun.get(client) ?? 0;
  }
  private makeRoom(client: string): boolean {
    const isOver = (): boolean => this.countOf(client) >= (this.options.ofClient ?? this.options.most);
    for (const [end, one] of this.idle) {
      if (!this.full && !isOver()) break;
      if (!isOver() || one.client === client) this.end(end);
    }
    return !this.full && !isOver();
  }
  private end(end: () => void): void {
    this.works(end);
    end();
  }
}

/** Each thread takes tens of megabytes. */
export const grammarThreads = new GrammarThreadPool({ most: 20, ofClient: 16, rest: 60_000 });
