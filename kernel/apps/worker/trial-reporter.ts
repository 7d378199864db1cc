/**
 * What a worker tells of the work that it does: each thing gets a number, and is sent again until the coordinator has it.
 * Things are sent together, a few times a second, or at once where somebody waits for the answer to them.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { CoordinatorClient } from "../../remote/coordinator/client.js";
import type { WorkerInstruction, WorkEvent } from "../../remote/coordinator/protocol.js";

export interface TrialReporterOptions {
  readonly client: Pick<CoordinatorClient, "ask">;
  readonly worker: string;
  readonly lease: string;
  readonly signal: AbortSignal;
  /** Told of each answer. */
  readonly onAnswer: (answer: WorkerInstruction) => void;
  /** The lease is another's, or what was told is not taken. */
  readonly onLost: (error: unknown) => void;
}
/** Milliseconds between two requests. */
const BETWEEN = 200;
/** Of one request. */
const MOST = { items: 2000, letters: 2 ** 21 } as const;

export class TrialReporter {
  private items: WorkEvent[] = [];
  /** The number of the first of them. */
  private from = 0;
  private sending: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private lost: { readonly error: unknown } | null = null;

  constructor(private readonly options: TrialReporterOptions) {}

  say(item: WorkEvent): void {
    if (this.lost) return;
    this.items.push(item);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.flush().catch(() => undefined);
    }, BETWEEN);
  }

  /** When all that was said is there, and what was answered to it is known. */
  async flush(): Promise<void> {
    this.end();
    do {
      await (this.sending ??= this.send().finally(() => (this.sending = null)));
      if (this.lost) throw this.lost.error;
    } while (this.items.length > 0);
    this.end();
  }

  /** Nothing is sent but what is flushed, until more is said. */
  end(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private async send(): Promise<void> {
    const { client, worker, lease, signal } = this.options;
    const items = this.batch();
    try {
      const { answer, next } = await client.ask("tell", { worker, lease, from: this.from, items: [...items] }, signal);
      const had = next - this.from;
      if (had < 0 || had > this.items.length)
        throw new CodedError("coordinator-answer", { url: "the coordinator", why: `it expects thing ${String(next)}` });
      this.items = this.items.slice(had);
      this.from = next;
      this.options.onAnswer(answer);
    } catch (error) {
      this.lost = { error };
      this.items = [];
      this.options.onLost(error);
    }
  }

  private batch(): readonly WorkEvent[] {
    let letters = 0;
    const end = this.items.findIndex((item, i) => {
      letters += item.is === "log" ? item.line.length : 100;
      return i >= MOST.items || (i > 0 && letters > MOST.letters);
    });
    return end < 0 ? this.items : this.items.slice(0, end);
  }
}
