/** Writes the reports of a cluster search as log lines: batched for a short time, and plain notes for people. */
import { messageLine, type SearchMessage } from "../../../remote/coordinator/ray/job-progress.js";

/** Milliseconds for which reports are batched. */
const MOMENT = 1000;

export class ProgressWriter {
  private waiting: SearchMessage[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly write: (text: string) => unknown) {}

  say(message: SearchMessage): void {
    this.waiting.push(message);
    this.timer ??= setTimeout(() => this.flush(), MOMENT).unref();
  }

  /** Writes a note for people who read the log; the notebook shows it too. */
  note(words: string): void {
    this.write(`${words}\n`);
    this.say({ is: "note", words });
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const messages = this.waiting;
    this.waiting = [];
    if (messages.length > 0) this.write(messageLine(messages));
  }
}
