/**
 * A request under way: the model that it holds, what it took, and what ends it. It ends with its answer, when whoever asked goes
 * away, or when its time is over; its signal tells the model of the last two.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelLease, Models, ServedModel } from "../contract.js";

/** Why a call ended whose client went away. */
export class ClientGoneError extends Error {
  override readonly name = "Gone";
}

export interface WritingTimes {
  readonly first: number;
  last: number;
  tokens: number;
}

export class HttpCall {
  readonly began = performance.now();
  private readonly controller = new AbortController();
  private lease: ModelLease | null = null;
  /** Of a model that is served and couldn't be asked. */
  private unheld: string | null = null;
  private end: ((why: unknown) => void) | null = null;
  /** Tokens that were read for it; those that were written are in `written`. */
  read = 0;
  /** Of its body, and of that and its answer, that others have no room for. */
  body = 0;
  bytes = 0;
  /** Of the tokens that were written for it: when the first and the last came, and how many. */
  written: WritingTimes | null = null;
  /** Texts that were cut. */
  cut = 0;
  /** Our code of what went wrong. */
  code: string | null = null;
  /** What was thrown that has no code: a fault of the program. */
  fault: unknown = null;
  /** Whether the last byte of its answer went out. */
  answered = false;
  /** What is answered instead, once its status has gone out. */
  status: number | null = null;
  /** Identifier of the API key (`AccessControl.keyOf`); null: there is none. */
  key: string | null = null;
  /** Whose it is: the identifier of its key, or its network (`networkOf`). */
  client = "";
  /** Ends its connection. */
  cutOff: () => void = () => undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }
  get gone(): boolean {
    return this.signal.reason instanceof ClientGoneError;
  }
  get model(): string | null {
    return this.lease?.model.name ?? this.unheld;
  }

  /** Coded errors `no-such-model`, `model-opening`. Of clients that name a model by an address, the address names none. */
  hold(models: Models, name: string | null | undefined): ServedModel {
    const meant = name === undefined || name === null || /^https?:\/\//.test(name) ? null : name;
    try {
      this.lease = models.hold(meant);
    } catch (error) {
      this.unheld = openingIn(models, error);
      throw error;
    }
    return this.lease.model;
  }

  /** What the work comes to, unless the call ends before. */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.end = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work.then(resolve, reject);
    });
  }

  stop(why: Error): void {
    if (this.signal.aborted) return;
    this.controller.abort(why);
    this.end?.(why);
  }

  /** Tokens were written for it. */
  wrote(tokens: number): void {
    if (tokens === 0) return;
    const now = performance.now();
    this.written ??= { first: now, last: now, tokens: 0 };
    this.written.last = now;
    this.written.tokens += tokens;
  }
  /** What went wrong: its code for the log; of a fault of ours also what was thrown. */
  failed(thrown: unknown, { code, status }: { readonly code: string; readonly status: number }): void {
    this.code = code;
    this.status = status;
    if (code === "server-fault") this.fault = thrown;
  }

  release(): void {
    this.lease?.release();
    this.lease = null;
  }
}

/** Which model isn't open yet; null where it is none of those that are served, whatever was asked for. */
function openingIn(models: Models, error: unknown): string | null {
  if (!(error instanceof CodedError) || error.code !== "model-opening") return null;
  const { name } = error.data as { readonly name: string };
  const isServed =
    models.list().some((model) => model.name === name) || Object.hasOwn(models.ready().models ?? {}, name);
  return isServed ? name : null;
}

/** For the last words to a call whose time is over, in ms: who doesn't read them is cut off. */
const WORDS = 5000;

/** All that are under way; those whose time is over are ended, and later also the connections of those who don't read. */
export class OngoingCalls {
  private readonly calls = new Set<HttpCall>();
  private readonly clock: NodeJS.Timeout;
  private last = 0;

  /** `time`: of one, in ms. */
  constructor(private readonly time: number) {
    this.clock = setInterval(() => this.look(), Math.min(250, Math.max(10, time / 4))).unref();
  }
  get size(): number {
    return this.calls.size;
  }
  add(call: HttpCall): void {
    this.calls.add(call);
  }
  delete(call: HttpCall): void {
    if (this.calls.delete(call)) this.last = performance.now();
  }
  /** Whether one has ended since then. */
  ended(since: number): boolean {
    return this.last > since;
  }
  /** Ends all. */
  stop(why: Error): void {
    for (const call of this.calls) call.stop(why);
  }
  close(): void {
    clearInterval(this.clock);
  }

  private look(): void {
    const now = performance.now();
    for (const call of this.calls) {
      // They stand in the order that they came in.
      if (now - call.began < this.time) break;
      call.stop(new CodedError("request-time", { seconds: this.time / 1000 }));
      if (now - call.began >= this.time + Math.min(WORDS, this.time)) call.cutOff();
    }
  }
}
