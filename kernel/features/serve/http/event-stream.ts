/**
 * A response of server-sent events. It waits for slow readers instead of buffering; the client may disconnect at any
 * time.
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
