/**
 * Protocol between the coordinator process and our app next to the SuperLink (`tools/flower-app`). In each turn the app
 * reports the nodes and their responses, and receives what to send; `middlewares.ts` has the transports.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { objectWith, parseJsonAs, wholeNumber } from "#kernel/fetch/json.js";

/** Milliseconds that a turn waits if there is nothing to send. */
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
  /** Maximum bytes of the response: our app drops longer ones. */
  readonly most: number;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export interface RelayRequestOptions {
  /** Timeout of the response. */
  readonly seconds: number;
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

export class Relay {
  /** Live nodes in the app's last report. */
  nodes: readonly string[] = [];
  /** The coordinator's own node; null if it is none. */
  ownNode: string | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private queue: number[] = [];
  private next = 0;
  private ended = false;
  private failed: Error | null = null;
  /** Time of our app's last turn, by `performance.now()`. */
  seen = Number.NEGATIVE_INFINITY;
  /** Bytes of messages including heads. */
  sent = 0;
  received = 0;
  private wake: () => void = () => {};
  /** Resolves when the app has received the end message. */
  private over: () => void = () => {};
  /** Identical payloads get the same number. */
  private readonly same = new WeakMap<Uint8Array, number>();

  /**
   * Returns a node's response. Throws `flower-client` if the node is lost or does not respond in time, and the error
   * that `fail` got.
   */
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
        reject(new CodedError("flower-client", { client: node, why: "no response in time" }));
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

  /** The transport has failed: rejects pending and future requests. */
  fail(error: Error): void {
    this.failed ??= error;
    for (const { reject } of [...this.waiting.values()]) reject(error);
  }

  /** Ends the app with its next turn and waits for that for so many milliseconds. */
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

  /** A turn of our app: its report, and the messages for it. Throws for an invalid report. */
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

/** Our app's error codes, in addition to Flower's. */
const TOO_LONG = 1000;
const UNLIKE = 1001;
/** Flower's codes for a missing message, response or node. */
const GONE = [3, 4, 5];
function whyOf(error: number): string {
  if (error === TOO_LONG) return "its response is too long";
  if (GONE.includes(error)) return "it has ended";
  return error === UNLIKE ? "its response is not valid" : `Flower's code ${String(error)}`;
}
