/** A text on its way: what whoever asked reads, and what the writer knows of it. */
import type { SequencePages } from "./kv-pages.js";
import type { SlotRequest, SlotTextStream, SlotToken, WriterReporter } from "./contract.js";

/** The result of a decoding step, stored until the text's token chooser is ready. */
export interface DeferredStep {
  readonly next: number;
  readonly logits: Float32Array | null;
}

export class ActiveSequence implements SlotTextStream {
  /** Prompt and text. */
  readonly tokens: number[];
  cached = 0;
  /** Keys of so many of `tokens` are in the store. */
  done = 0;
  /** What is said after so many tokens of the prompt was told; it is of `toScore`. */
  scored = 0;
  readonly toScore: number;
  /** Null: it waits. */
  kvPages: SequencePages | null = null;
  late: DeferredStep | null = null;
  private readonly came = performance.now();
  private begun = false;
  private readonly pendingTokens: SlotToken[] = [];
  private waiting: (() => void) | null = null;
  private failure: { readonly error: unknown } | null = null;
  private over = false;
  private left = false;

  constructor(
    readonly request: SlotRequest,
    /** Whoever asked first has the lowest. */
    readonly number: number,
    /** Called when whoever asked reads on no more. */
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
  /** Texts of the same one share their beginnings. */
  get root(): string {
    return `${String(this.adapter)} ${this.request.salt ?? ""}`;
  }
  /** So many of its first tokens needn't be read where they are in the store: of the others somebody wants to know what follows. */
  get known(): number {
    // What follows the last token is asked in any case.
    return this.scored < this.toScore ? this.scored : this.tokens.length - 1;
  }
  get written(): number {
    return this.tokens.length - this.request.prompt.length;
  }
  /** Whether nobody wants more of it. */
  get gone(): boolean {
    return this.left || this.request.signal?.aborted === true;
  }
  get ended(): boolean {
    return this.over || this.failure !== null;
  }

  /** It is written from now on; again, where it had to stop for others. */
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
