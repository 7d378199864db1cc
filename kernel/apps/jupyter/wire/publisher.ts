/**
 * Everything published on iopub, in order. Stream text is buffered briefly and sent in larger pieces. Nothing is
 * dropped, and a cell's output is sent before its reply (`drained`).
 */
import type { Backpressure } from "./backpressure.js";
import { encode, replaceLoneSurrogates, type MessageDraft, type Json, type Signer } from "./message.js";
import type { OutputRateLimiter } from "./pace.js";
import type { SendQueue } from "./sockets.js";

const gatherMs = 40;
/** Maximum characters of a stream message, approximately. */
const piece = 64 * 1024;

interface Waiting {
  readonly draft: MessageDraft;
  readonly weight: number;
  readonly streamBytes: number;
}
interface Gathered {
  readonly key: string;
  readonly parent: Json;
  readonly name: string;
  readonly texts: string[];
  length: number;
  weight: number;
}

export class IopubPublisher {
  private readonly queue: Waiting[] = [];
  private gathered: Gathered | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pumping: Promise<void> | undefined;

  constructor(
    private readonly sends: SendQueue,
    private readonly session: string,
    private readonly signer: Signer,
    private readonly pace: OutputRateLimiter,
    private readonly pressure: Backpressure,
  ) {}

  /** Queues a message behind all earlier output. */
  publish(draft: MessageDraft, weight = 0): void {
    this.flush();
    this.enqueue({ draft, weight, streamBytes: 0 });
  }

  /** Publishes the status of a request unrelated to the running cell, without waiting behind that cell's output. */
  publishNow(draft: MessageDraft, topic: Uint8Array = Buffer.from(draft.type)): Promise<void> {
    return this.sends.send(() => encode([topic], draft, this.session, this.signer));
  }

  stream(run: number, parent: Json, name: string, text: string, weight: number): void {
    const key = `${String(run)} ${name}`;
    if (this.gathered && this.gathered.key !== key) this.flush();
    const gathered = (this.gathered ??= { key, parent, name, texts: [], length: 0, weight: 0 });
    gathered.texts.push(text);
    gathered.length += text.length;
    gathered.weight += weight;
    if (gathered.length >= piece) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  /** Resolves when everything queued so far is on the socket. */
  async drained(): Promise<void> {
    this.flush();
    while (this.pumping) await this.pumping;
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const gathered = this.gathered;
    if (!gathered) return;
    this.gathered = undefined;
    const { parent, name } = gathered;
    const pieces = split(gathered.texts.join(""));
    pieces.forEach((text, index) => {
      const content = { name, text: replaceLoneSurrogates(text) };
      const weight = index === pieces.length - 1 ? gathered.weight : 0;
      this.enqueue({ draft: { type: "stream", parent, content }, weight, streamBytes: Buffer.byteLength(text) + 600 });
    });
  }

  private enqueue(waiting: Waiting): void {
    this.queue.push(waiting);
    this.pumping ??= this.pump();
  }

  private async pump(): Promise<void> {
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      for (let wait = this.pace.wait(); wait > 0; wait = this.pace.wait()) await delay(wait);
      this.pace.spend(next.streamBytes);
      const { draft } = next;
      await this.sends.send(() => encode([Buffer.from(draft.type)], draft, this.session, this.signer));
      this.pressure.give(next.weight);
    }
    this.pumping = undefined;
  }
}

/** Splits long text, at line ends where possible, never inside a surrogate pair. */
function split(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > 2 * piece) {
    const newline = text.lastIndexOf("\n", from + piece);
    let to = newline > from ? newline + 1 : from + piece;
    if (isHighSurrogate(text.charCodeAt(to - 1))) to--;
    pieces.push(text.slice(from, to));
    from = to;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
