/**
 * What is said between the process that leads and our app beside the SuperLink (`tools/flower-app`). Each turn the app tells which
 * nodes there are and what they answered, and hears what to send; by which door it comes, `doors.ts` says.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { objectWith, parseJsonAs, wholeNumber } from "#kernel/fetch/json.js";

/** Milliseconds that a turn is held where there is nothing to say. */
const HELD = 500;
const turned = objectWith({
  nodes: v.array(v.string()),
  answers: v.array(objectWith({ id: wholeNumber(), bytes: wholeNumber(), error: v.nullable(v.number()) })),
});

interface Waiting {
  readonly node: string;
  readonly kind: string;
  readonly payload: Uint8Array;
  readonly seconds: number;
  /** Bytes of the answer at most: our app drops what is longer. */
  readonly most: number;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export interface RelayRequestOptions {
  /** In which it has to answer. */
  readonly seconds: number;
  /** Bytes of its answer. */
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

export class Relay {
  /** Nodes that live, as the app saw them last. */
  nodes: readonly string[] = [];
  /** The node that whoever leads is itself; null: it is none. */
  ownNode: string | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private queue: number[] = [];
  private next = 0;
  private ended = false;
  private failed: Error | null = null;
  /** When our app was here last, by `performance.now()`. */
  seen = Number.NEGATIVE_INFINITY;
  /** Bytes of messages with their heads. */
  sent = 0;
  received = 0;
  private wake: () => void = () => {};
  /** The app has heard that it is over. */
  private over: () => void = () => {};
  /** Payloads that are the same get the same number. */
  private readonly same = new WeakMap<Uint8Array, number>();

  /** What a node answers; `flower-client` where it is lost, or doesn't answer in time; what `fail` was given. */
  ask(node: string, kind: string, payload: Uint8Array, options: RelayRequestOptions): Promise<Uint8Array> {
    const id = this.next++;
    const { seconds, most, signal } = options;
    return new Promise((resolve, reject) => {
      if (this.failed) {
        reject(this.failed);
        return;
      }
      const why = (): Error => (signal?.reason instanceof Error ? signal.reason : new Error("stopped"));
      if (signal?.aborted) {
        reject(why());
        return;
      }
      const settled = (): void => {
        this.waiting.delete(id);
        clearTimeout(limit);
        signal?.removeEventListener("abort", gone);
      };
      const gone = (): void => {
        settled();
        reject(why());
      };
      const limit = setTimeout(() => {
        settled();
        reject(new CodedError("flower-client", { client: node, why: "no answer in time" }));
      }, seconds * 1000);
      signal?.addEventListener("abort", gone, { once: true });
      this.waiting.set(id, {
        node,
        kind,
        payload,
        seconds,
        most,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      this.queue.push(id);
      this.wake();
    });
  }

  /** Nobody carries anything any more: whoever waits is told, and whoever asks from now on. */
  fail(error: Error): void {
    this.failed ??= error;
    for (const { reject } of [...this.waiting.values()]) reject(error);
  }

  /** The app ends with its next turn, which is waited for so many milliseconds. */
  async close(wait = HELD): Promise<void> {
    this.ended = true;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, wait);
      this.over = () => {
        clearTimeout(limit);
        resolve();
      };
      this.wake();
    });
    for (const { node, reject } of [...this.waiting.values()])
      reject(new CodedError("flower-client", { client: node, why: "the training ended" }));
  }

  /** A turn of our app: what it says, and what it hears. Throws where it is none. */
  async turn(body: Buffer): Promise<Buffer> {
    this.take(body);
    if (this.queue.length === 0 && !this.ended) await this.something();
    const back = this.turnBack();
    if (this.ended)
      setImmediate(() => {
        this.over();
      });
    return back;
  }

  private take(body: Buffer): void {
    const length = body.readUInt32LE(0);
    const { nodes, answers } = parseJsonAs(body.toString("utf8", 4, 4 + length), turned);
    this.nodes = nodes.filter((node) => node !== this.ownNode);
    this.seen = performance.now();
    let offset = 4 + length;
    for (const { id, bytes, error } of answers) {
      const waiting = this.waiting.get(id);
      const payload = new Uint8Array(body.subarray(offset, offset + bytes));
      offset += bytes;
      if (error === null) {
        this.received += payload.length;
        waiting?.resolve(payload);
      } else waiting?.reject(new CodedError("flower-client", { client: waiting.node, why: whyOf(error) }));
    }
  }

  private something(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, HELD);
      this.wake = () => {
        clearTimeout(limit);
        resolve();
      };
    });
  }

  private turnBack(): Buffer {
    const due = this.queue.flatMap((id) => {
      const one = this.waiting.get(id);
      return one ? [{ id, ...one }] : [];
    });
    this.queue = [];
    const messages = due.map(({ id, node, kind, payload, seconds, most }) => {
      this.sent += payload.length;
      const same = this.same.get(payload) ?? id;
      this.same.set(payload, same);
      return { id, node, kind, seconds, most, bytes: payload.length, same };
    });
    const head = Buffer.from(JSON.stringify({ end: this.ended, messages }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    return Buffer.concat([length, head, ...due.map(({ payload }) => payload)]);
  }
}

/** Our app's own, beside Flower's. */
const TOO_LONG = 1000;
const UNLIKE = 1001;
/** Flower's: the message, its answer or the node isn't there. */
const GONE = [3, 4, 5];
function whyOf(error: number): string {
  if (error === TOO_LONG) return "its answer is longer than any";
  if (GONE.includes(error)) return "it is gone";
  return error === UNLIKE ? "its answer is none" : `Flower's code ${String(error)}`;
}
