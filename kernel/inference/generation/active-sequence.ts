/** A text being generated: the stream for the client, and the writer's state. */
import type { SequencePages } from "./kv-pages.js";
import type { SlotRequest, SlotTextStream, SlotToken, WriterReporter } from "./contract.js";

/** The result of a decoding step, stored until the text's token chooser is ready. */
export interface DeferredDecodingStep {
  readonly next: number;
  readonly logits: Float32Array | null;
}

export class ActiveSequence implements SlotTextStream {
  /** Tokens of the prompt and of the generated text. */
  readonly tokens: number[];
  cached = 0;
  /** Number of `tokens` whose keys are in the cache. */
  done = 0;
  /** Number of prompt positions whose logits were reported, out of `toScore`. */
  scored = 0;
  readonly toScore: number;
  /** Null while the text waits. */
  kvPages: SequencePages | null = null;
  late: DeferredDecodingStep | null = null;
  private readonly came = performance.now();
  private begun = false;
  private readonly pendingTokens: SlotToken[] = [];
  private waiting: (() => void) | null = null;
  private failure: { readonly error: unknown } | null = null;
  private over = false;
  private left = false;

  constructor(
    readonly request: SlotRequest,
    /** Arrival number; earlier requests have lower numbers. */
    readonly number: number,
    /** Called when the reader stops reading. */
    private readonly onLeave: () => void,
  ) {
    this.tokens = Array.from(request.prompt);
    this.toScore = request.scored ? request.prompt.length - 1 : 0;
  }
  get client(): string {
    return this.request.client ?? "";
  }
  get adapter(): number {
    return this.request.adapter ?? 0;
  }
  /** Cache namespace: only texts with the same root share prefixes. */
  get root(): string {
    return `${String(this.adapter)} ${this.request.salt ?? ""}`;
  }
  /**
   * Number of leading tokens that can be taken from the cache. Later ones must be computed because their logits are
   * requested.
   */
  get known(): number {
    // The logits after the last token are always needed.
    return this.scored < this.toScore ? this.scored : this.tokens.length - 1;
  }
  get written(): number {
    return this.tokens.length - this.request.prompt.length;
  }
  get gone(): boolean {
    return this.left || this.request.signal?.aborted === true;
  }
  get ended(): boolean {
    return this.over || this.failure !== null;
  }

  /** Starts or resumes generation. A text resumes after it was preempted. */
  begin(reporter: WriterReporter | undefined): void {
    if (!this.begun) reporter?.took((performance.now() - this.came) / 1000);
    this.begun = true;
  }
  tell(token: SlotToken): void {
    this.pendingTokens.push(token);
    this.over ||= token.ended !== null;
    this.wake();
  }
  score(place: number, logits: Float32Array): void {
    this.scored = place + 1;
    this.request.scored?.(place, logits);
  }
  fail(error: unknown): void {
    if (this.ended) return;
    this.failure = { error };
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SlotToken, void, void> {
    const { signal } = this.request;
    const abort = (): void => {
      this.wake();
      this.onLeave();
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      for (;;) {
        const next = this.pendingTokens.shift();
        if (next) {
          yield next;
          continue;
        }
        if (this.over) return;
        if (this.failure) throw this.failure.error;
        signal?.throwIfAborted();
        await new Promise<void>((resolve) => (this.waiting = resolve));
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      this.left = true;
      if (!this.ended) this.onLeave();
    }
  }
  private wake(): void {
    this.waiting?.();
    this.waiting = null;
  }
}
