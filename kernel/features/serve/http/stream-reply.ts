/** Streams generated texts as events. An error after the first chunk is sent as an event, in OpenAI's format. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TextGeneration } from "../contract.js";
import { countTokensWritten, type RouteContext } from "./route-context.js";
import { ClientGoneError, type HttpCall } from "./call.js";
import { httpFailureOf } from "./failures.js";
import { awaitFirstChunk, mergeTextStreams, type StreamedTextChunk } from "./token-streams.js";
import type { ServerResponse } from "node:http";

/**
 * A response of server-sent events. It waits for slow readers instead of buffering; the client may disconnect at any
 * time.
 */
export class EventStream {
  private readonly raw: ServerResponse;

  private constructor(
    reply: FastifyReply,
    private readonly call: HttpCall,
  ) {
    this.raw = reply.raw;
  }

  /** Responds with 200: later errors are sent as an event. */
  static begin(reply: FastifyReply, call: HttpCall): EventStream {
    reply.hijack();
    const stream = new EventStream(reply, call);
    stream.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": "text/event-stream; charset=utf-8",
      // Tells proxies to forward chunks unbuffered.
      "x-accel-buffering": "no",
    });
    return stream;
  }

  /** Settles when there is room for more. Rejects with the reason if the call has ended. */
  async send(data: string, name: string | null = null): Promise<void> {
    this.call.signal.throwIfAborted();
    if (!this.raw.write(event(data, name))) await this.call.within(roomIn(this.raw));
  }

  /** Sends the last event, even if the call has ended. */
  tell(data: string, name: string | null = null): void {
    this.raw.write(event(data, name));
  }

  end(): void {
    this.raw.end();
  }
}

const event = (data: string, name: string | null): string =>
  `${name === null ? "" : `event: ${name}\n`}data: ${data}\n\n`;

function roomIn(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off("drain", done).off("close", done);
      resolve();
    };
    raw.on("drain", done).on("close", done);
  });
}

/** The events of a stream: before all chunks, for a chunk, and after all. */
export interface StreamEvents {
  readonly before?: () => readonly unknown[];
  forBit(streamedBit: StreamedTextChunk): readonly unknown[];
  after(): readonly unknown[];
  /** The last event, if clients wait for it. */
  readonly last: string | null;
  /** Whether each event is named by its `type`. */
  readonly named?: true;
  /** Format of an error event. Defaults to OpenAI's. */
  failed?(error: { readonly code: string; readonly message: string }): unknown;
}

export async function streamReply(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  options: { readonly writings: readonly TextGeneration[]; readonly events: StreamEvents },
): Promise<void> {
  const { call } = request;
  const bits = await call.within(awaitFirstChunk(mergeTextStreams(options.writings)));
  const stream = EventStream.begin(reply, call);
  const nameOf = (event: unknown): string | null =>
    options.events.named === true ? (event as { readonly type: string }).type : null;
  try {
    for (const event of options.events.before?.() ?? []) await stream.send(JSON.stringify(event), nameOf(event));
    for (;;) {
      const step = await call.within(bits.next());
      if (step.done === true) break;
      countTokensWritten(context, call, step.value.bit.tokens.length);
      for (const event of options.events.forBit(step.value)) await stream.send(JSON.stringify(event), nameOf(event));
    }
    for (const event of options.events.after()) await stream.send(JSON.stringify(event), nameOf(event));
    if (options.events.last !== null) await stream.send(options.events.last);
  } catch (error) {
    void bits.return().catch(() => undefined);
    if (error instanceof ClientGoneError) return;
    const failure = httpFailureOf(error, "openai", request.id);
    call.failed(error, failure);
    const { error: errorBody } = failure.body as {
      readonly error: { readonly code: string; readonly message: string };
    };
    const body = options.events.failed?.(errorBody) ?? failure.body;
    stream.tell(JSON.stringify(body), nameOf(body));
    if (options.events.last !== null) stream.tell(options.events.last);
  } finally {
    stream.end();
  }
}
