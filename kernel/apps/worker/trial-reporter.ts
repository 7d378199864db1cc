/**
 * Reports a worker's progress: each item gets a number, and is resent until the coordinator has it. Items are batched a
 * few times a second, or sent at once if something waits for the answer.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { CoordinatorClient } from "../../remote/coordinator/client.js";
import type { WorkerInstruction, WorkEvent } from "../../remote/coordinator/protocol.js";
import type { DisplayOutput } from "../../display/html.js";
import type { OutputScreen } from "../../session/live-training.js";

export interface TrialReporterOptions {
  readonly client: Pick<CoordinatorClient, "ask">;
  readonly worker: string;
  readonly lease: string;
  readonly signal: AbortSignal;
  readonly onAnswer: (answer: WorkerInstruction) => void;
  /** Called when the lease belongs to another worker, or a report is refused. */
  readonly onLost: (error: unknown) => void;
}
/** Milliseconds between two requests. */
const BETWEEN = 200;
/** Limits of one request. */
const MOST = { items: 2000, letters: 2 ** 21 } as const;

export class TrialReporter {
  private items: WorkEvent[] = [];
  /** Number of the first pending item. */
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

  /** Resolves when all reports have arrived and their answers are known. */
  async flush(): Promise<void> {
    this.end();
    do {
      await (this.sending ??= this.send().finally(() => (this.sending = null)));
      if (this.lost) throw this.lost.error;
    } while (this.items.length > 0);
    this.end();
  }

  /** Sends nothing until the next report, except on `flush`. */
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
        throw new CodedError("coordinator-answer", { url: "the coordinator", why: `it expects part ${String(next)}` });
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

/** A screen that reports a trial's warnings as text. */
export function screenReportingTo(teller: TrialReporter): OutputScreen {
  const tell = ({ bundle, id, fixedText }: DisplayOutput): void => {
    const words = bundle["text/plain"];
    if (typeof words !== "string" || (id !== undefined && fixedText === undefined)) return;
    teller.say({ is: "note", words: words.slice(0, 4000) });
  };
  return { display: tell, update: () => undefined };
}
