/**
 * Batches rows of many requests by similar length. One batch runs, another may be queued at the engine, and later rows
 * fill the next one. A lone request never waits, and one with many batches takes turns with others. Every row is run
 * once, and results are returned to its request in order; aborted rows leave the queue.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { lastOf } from "#dsl/language/diagnostics/codes.js";

// Selects the waiting rows for the next batch: those of similar length to the row that has waited longest.

/** Maximum rows of a batch, and maximum of rows × longest row. */
export interface BatchLimits {
  readonly rows: number;
  readonly tokens: number;
}
/**
 * Maximum padding of a batch: the tokens that an extra run costs, plus a share of its own tokens. With more padding,
 * two runs are faster than one.
 */
const SPARE = { tokens: 64, share: 0.15 } as const;

/**
 * Sorted by length, longest first, then by arrival. Contains the first of `waiting`, and as many as fit of those with
 * the nearest lengths.
 */
export function takeRowsOfSimilarLength<T extends { readonly length: number }>(
  waiting: readonly T[],
  most: BatchLimits,
): readonly T[] {
  const [oldest] = waiting;
  if (oldest === undefined) return [];
  const sorted = [...waiting].sort((a, b) => b.length - a.length);
  let from = sorted.indexOf(oldest);
  let to = from + 1;
  // Cumulative tokens before each index.
  const before = [0];
  for (const { length } of sorted) before.push(lastOf(before) + length);
  const fits = (first: number, end: number): boolean => {
    if (first < 0 || end > sorted.length || end - first > most.rows) return false;
    const [real, padded] = [before[end]! - before[first]!, (end - first) * sorted[first]!.length];
    return padded <= most.tokens && padded - real <= SPARE.tokens + SPARE.share * real;
  };
  const apart = (index: number): number => Math.abs(sorted[index]!.length - oldest.length);
  for (;;) {
    const [longer, shorter] = [fits(from - 1, to), fits(from, to + 1)];
    if (!longer && !shorter) return sorted.slice(from, to);
    if (longer && (!shorter || apart(from - 1) <= apart(to))) from -= 1;
    else to += 1;
  }
}

/** The clock of a batcher, in ms. */
export interface BatcherClock {
  now(): number;
  /** Calls back once; the returned function cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: BatcherClock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export interface RequestBatcherOptions<Row, Answer> {
  /** The model's name, for errors. */
  readonly model: string;
  /** Results in the order of the rows; several calls may be in progress. */
  readonly run: (rows: readonly Row[]) => Promise<readonly Answer[]>;
  readonly length: (row: Row) => number;
  /** Maximum ms to wait for expected rows of other requests. */
  readonly gather: number;
  /** Maximum rows in the queue. */
  readonly queue: number;
  readonly most: BatchLimits;
  /** Called when a batch starts, with the waiting time of each row in ms. */
  readonly begun?: (waits: readonly number[]) => void;
  readonly clock?: BatcherClock;
}
export interface RequestBatcherLoad {
  readonly waiting: number;
  readonly working: number;
  /** Since the start. */
  readonly batches: number;
}

interface Request<Answer> {
  readonly answers: Answer[];
  left: number;
  over: boolean;
  settle(error: unknown): void;
}
interface Waiting<Row, Answer> {
  readonly row: Row;
  readonly length: number;
  readonly request: Request<Answer>;
  readonly index: number;
  readonly since: number;
  /** Position among its request's batches, counted from the turn at its arrival. */
  readonly turn: number;
}

/** Batches passed on at once: one runs, one is queued at the engine. */
const DEPTH = 2;

export class RequestBatcher<Row, Answer> {
  /** By turn, then by arrival; rows of one request the longest first. */
  private waiting: Waiting<Row, Answer>[] = [];
  private readonly underWay = new Set<readonly Waiting<Row, Answer>[]>();
  /** Number of recently concurrent requests, for which to wait. */
  private expected = 1;
  private ended = Number.NEGATIVE_INFINITY;
  private cancelTimer: (() => void) | null = null;
  private batches = 0;
  /** The turn of the last started batch. */
  private turn = 0;
  private readonly clock: BatcherClock;

  constructor(private readonly options: RequestBatcherOptions<Row, Answer>) {
    this.clock = options.clock ?? systemClock;
  }

  /** Results in the rows' order. Coded errors `queue-full`, those of the run; rejects with the signal's reason. */
  ask(rows: readonly Row[], signal?: AbortSignal): Promise<readonly Answer[]> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (rows.length === 0) return Promise.resolve([]);
    const { queue, model, length, most } = this.options;
    // Requests larger than the queue may only use half of it, so that they do not lock out others.
    const large = this.waiting.filter(({ request: owner }) => owner.answers.length > queue).length;
    const waiting = this.waiting.length - large + Math.min(large, queue >> 1);
    // A request larger than the queue is accepted if nothing waits.
    if (waiting > 0 && waiting + rows.length > queue)
      return Promise.reject(new CodedError("queue-full", { model, waiting, most: queue }));
    return new Promise((resolve, reject) => {
      const give = (): void => this.giveUp(request, signal?.reason);
      const request: Request<Answer> = {
        answers: new Array<Answer>(rows.length),
        left: rows.length,
        over: false,
        settle(error) {
          if (request.over) return;
          request.over = true;
          signal?.removeEventListener("abort", give);
          if (error === undefined) resolve(request.answers);
          else reject(error as Error);
        },
      };
      signal?.addEventListener("abort", give);
      const since = this.clock.now();
      const requested = rows
        .map((row, index) => ({ row, index: index, since, request: request, length: length(row) }))
        .sort((a, b) => b.length - a.length)
        .map((row, i) => ({ ...row, turn: this.turn + Math.floor(i / most.rows) }));
      this.waiting = [...this.waiting, ...requested].sort((a, b) => a.turn - b.turn);
      this.next();
    });
  }

  /** Rejects everything that waits or runs; later requests are unaffected. */
  fail(error: unknown): void {
    const all = [...this.waiting, ...[...this.underWay].flat()];
    this.waiting = [];
    this.stopWaiting();
    for (const { request: owner } of all) owner.settle(error);
  }

  load(): RequestBatcherLoad {
    const working = [...this.underWay].reduce((sum, { length }) => sum + length, 0);
    return { waiting: this.waiting.length, working, batches: this.batches };
  }

  private giveUp(request: Request<Answer>, reason: unknown): void {
    this.waiting = this.waiting.filter(({ request: owner }) => owner !== request);
    request.settle(reason);
    if (this.waiting.length === 0) this.stopWaiting();
  }

  private next(): void {
    while (this.waiting.length > 0 && this.underWay.size < DEPTH) {
      if (this.underWay.size > 0 && !this.full()) return;
      const wait = this.underWay.size > 0 || this.full() ? 0 : this.patience();
      if (wait > 0) {
        this.cancelTimer ??= this.clock.after(wait, () => {
          this.cancelTimer = null;
          this.next();
        });
        return;
      }
      void this.begin(this.take());
    }
  }

  private full(): boolean {
    const { rows, tokens } = this.options.most;
    if (this.waiting.length >= rows) return true;
    return this.waiting.reduce((sum, { length }) => sum + length, 0) >= tokens;
  }

  /**
   * Ms to wait for rows of other requests; 0 if as many requests wait as recently, or they have waited long enough.
   */
  private patience(): number {
    if (this.expected <= 1 || requestsIn(this.waiting) >= this.expected) return 0;
    const since = Math.max(this.ended, this.waiting[0]!.since);
    return Math.max(0, since + this.options.gather - this.clock.now());
  }

  private take(): readonly Waiting<Row, Answer>[] {
    this.stopWaiting();
    this.turn = Math.max(this.turn, this.waiting[0]?.turn ?? 0);
    const taken = new Set(takeRowsOfSimilarLength(this.waiting, this.options.most));
    this.waiting = this.waiting.filter((one) => !taken.has(one));
    return [...taken];
  }

  private async begin(batch: readonly Waiting<Row, Answer>[]): Promise<void> {
    this.underWay.add(batch);
    this.batches += 1;
    const now = this.clock.now();
    this.options.begun?.(batch.map(({ since }) => now - since));
    try {
      await this.runOf(batch);
    } finally {
      this.underWay.delete(batch);
      this.ended = this.clock.now();
      this.expected = requestsIn([...batch, ...this.waiting]);
      this.next();
    }
  }

  private async runOf(batch: readonly Waiting<Row, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.run(batch.map(({ row }) => row));
      batch.forEach(({ request: owner, index }, i) => {
        owner.answers[index] = answers[i]!;
        owner.left -= 1;
        if (owner.left === 0) owner.settle(undefined);
      });
    } catch (error) {
      for (const { request: owner } of batch) this.giveUp(owner, error);
    }
  }

  private stopWaiting(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }
}

function requestsIn(rows: readonly { readonly request: unknown }[]): number {
  return new Set(rows.map(({ request: owner }) => owner)).size;
}
