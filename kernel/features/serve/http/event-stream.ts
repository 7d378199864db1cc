/**
 * Server-sent events as an answer. It waits for readers that are slow, so that nothing piles up for them; whoever asked may go
 * away at any time.
 */
import type { FastifyReply } from "fastify";
import type { ServerResponse } from "node:http";
import type { HttpCall } from "./call.js";

export class EventStream {
  private readonly raw: ServerResponse;

  private constructor(
    reply: FastifyReply,
    private readonly call: HttpCall,
  ) {
    this.raw = reply.raw;
  }

  /** Answers 200: what goes wrong from now on is told as an event. */
  static begin(reply: FastifyReply, call: HttpCall): EventStream {
    reply.hijack();
    const stream = new EventStream(reply, call);
    stream.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      "content-type": "text/event-stream; charset=utf-8",
      // Of proxies: bits are passed on as they come.
      "x-accel-buffering": "no",
    });
    return stream;
  }

  /** Settles when there is room for more. Rejects with what ended the call. */
  async send(data: string, name: string | null = null): Promise<void> {
    this.call.signal.throwIfAborted();
    if (!this.raw.write(event(data, name))) await this.call.within(roomIn(this.raw));
  }

  /** The last that is said, also where the call has ended. */
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
