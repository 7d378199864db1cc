/**
 * A request in progress: its model lease, its usage, and its end. It ends with its response, when the client
 * disconnects, or at its time limit; its signal informs the model of the last two.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelLease, ServedModelCollection, ServedModel } from "../contract.js";

/** The reason of a call that ended because its client disconnected. */
export class ClientGoneError extends Error {
  override readonly name = "Gone";
}

export interface TextGenerationTimes {
  readonly first: number;
  last: number;
  tokens: number;
}

export class HttpCall {
  readonly began = performance.now();
  private readonly controller = new AbortController();
  private lease: ModelLease | null = null;
  /** Name of a served model that is not open yet. */
  private unheld: string | null = null;
  private end: ((why: unknown) => void) | null = null;
  /** Tokens read for it; generated tokens are in `written`. */
  read = 0;
  /** Bytes of its body, and of its body and response together, that count towards the memory limit. */
  body = 0;
  bytes = 0;
  /** Times of the first and the last generated token, and their number. */
  written: TextGenerationTimes | null = null;
  cut = 0;
  code: string | null = null;
  /** An exception without a code: a defect of the program. */
  fault: unknown = null;
  /** Whether the last byte of its response was sent. */
  answered = false;
  /** Status of its error, in case another status was already sent. */
  status: number | null = null;
  /** Identifier of the API key (`AccessControl.keyOf`); null if there is none. */
  key: string | null = null;
  /** The client: the identifier of its key, or its network (`clientNetworkOf`). */
  client = "";
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

  /** Leases a model. Coded errors `no-such-model`, `model-opening`. A URL as the model's name counts as no name. */
  hold(models: ServedModelCollection, name: string | null | undefined): ServedModel {
    const meant = name === undefined || name === null || /^https?:\/\//.test(name) ? null : name;
    try {
      this.lease = models.hold(meant);
    } catch (error) {
      this.unheld = openingIn(models, error);
      throw error;
    }
    return this.lease.model;
  }

  /** The result of the work, unless the call ends before. */
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

  wrote(tokens: number): void {
    if (tokens === 0) return;
    const now = performance.now();
    this.written ??= { first: now, last: now, tokens: 0 };
    this.written.last = now;
    this.written.tokens += tokens;
  }
  /** Records an error: its code for the log; for our own defects also the exception. */
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

/** Name of a served model that is not open yet; null if the requested name is not served. */
function openingIn(models: ServedModelCollection, error: unknown): string | null {
  if (!(error instanceof CodedError) || error.code !== "model-opening") return null;
  const { name } = error.data as { readonly name: string };
  const isServed =
    models.list().some((model) => model.name === name) || Object.hasOwn(models.ready().models ?? {}, name);
  return isServed ? name : null;
}

/** Milliseconds to send the error response of a call over its time limit; then its connection is closed. */
const WORDS = 5000;

/**
 * All calls in progress; ends those over their time limit, and later closes the connections of clients that do not
 * read.
 */
export class OngoingCalls {
  private readonly calls = new Set<HttpCall>();
  private readonly clock: NodeJS.Timeout;
  private last = 0;

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
  ended(since: number): boolean {
    return this.last > since;
  }
  stop(why: Error): void {
    for (const call of this.calls) call.stop(why);
  }
  close(): void {
    clearInterval(this.clock);
  }

  private look(): void {
    const now = performance.now();
    for (const call of this.calls) {
      // Calls are in order of arrival.
      if (now - call.began < this.time) break;
      call.stop(new CodedError("request-time", { seconds: this.time / 1000 }));
      if (now - call.began >= this.time + Math.min(WORDS, this.time)) call.cutOff();
    }
  }
}
