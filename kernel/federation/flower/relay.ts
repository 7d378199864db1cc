/**
 * The door by which our app beside the SuperLink comes to the process that leads (`tools/flower-app`): on the loopback alone, with
 * a token. Each turn it tells which nodes there are and what they answered, and hears what to send.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CodedError } from "#dsl/diagnostics/codes.js";
import * as v from "valibot";
import { fields, jsonIn, whole } from "#kernel/fetch/json.js";
import "./codes.js";

/** Milliseconds that a turn is held where there is nothing to say. */
const HELD = 500;
/** Nobody's answer is longer. */
const LONGEST = 2 ** 31 - 1;

const turned = fields({
  nodes: v.array(v.string()),
  answers: v.array(fields({ id: whole(), bytes: whole(), error: v.nullable(v.number()) })),
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

export interface AskOptions {
  /** In which it has to answer. */
  readonly seconds: number;
  /** Bytes of its answer. */
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

export class Relay {
  /** Nodes that live, as the app saw them last. */
  nodes: readonly string[] = [];
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
  private told: () => void = () => {};
  /** Payloads that are the same get the same number. */
  private readonly same = new WeakMap<Uint8Array, number>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly token: string,
  ) {}

  static async open(): Promise<Relay> {
    const token = randomBytes(32).toString("base64url");
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    const relay = new Relay(server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/turn`, token);
    server.on("request", (request, response) => void relay.turn(request, response));
    return relay;
  }

  /** What a node answers; `flower-client` where it is lost, or doesn't answer in time; what `fail` was given. */
  ask(node: string, kind: string, payload: Uint8Array, o: AskOptions): Promise<Uint8Array> {
    const id = this.next++;
    const { seconds, most, signal } = o;
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
        ...{ node, kind, payload, seconds, most },
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
      this.told();
    });
  }

  /** Nobody carries anything any more: whoever waits is told, and whoever asks from now on. */
  fail(error: Error): void {
    this.failed ??= error;
    for (const { reject } of [...this.waiting.values()]) reject(error);
  }

  /** The app ends with its next turn. */
  async close(): Promise<void> {
    this.ended = true;
    this.told();
    await new Promise((resolve) => setTimeout(resolve, HELD));
    for (const { node, reject } of [...this.waiting.values()])
      reject(new CodedError("flower-client", { client: node, why: "the training ended" }));
    this.server.closeAllConnections();
    this.server.close();
  }

  private async turn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.knows(request.headers.authorization)) {
        response.writeHead(401).end();
        return;
      }
      this.take(await bodyOf(request));
      if (this.queue.length === 0 && !this.ended) await this.something();
      response.end(this.turnBack());
    } catch {
      response.writeHead(400).end();
    }
  }

  private knows(said: string | undefined): boolean {
    const [given, wanted] = [Buffer.from(said ?? ""), Buffer.from(`Bearer ${this.token}`)];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  private take(body: Buffer): void {
    const length = body.readUInt32LE(0);
    const { nodes, answers } = jsonIn(body.toString("utf8", 4, 4 + length), turned);
    this.nodes = nodes;
    this.seen = performance.now();
    let at = 4 + length;
    for (const { id, bytes, error } of answers) {
      const waiting = this.waiting.get(id);
      const payload = new Uint8Array(body.subarray(at, at + bytes));
      at += bytes;
      if (error === null) {
        this.received += payload.length;
        waiting?.resolve(payload);
      } else waiting?.reject(new CodedError("flower-client", { client: waiting.node, why: whyOf(error) }));
    }
  }

  private something(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, HELD);
      this.told = () => {
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

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LONGEST) throw new RangeError("too long");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
