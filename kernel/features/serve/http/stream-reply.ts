/** Streams generated texts as events. An error after the first chunk is sent as an event, in OpenAI's format. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TextGeneration } from "../contract.js";
import { countTokensWritten, type RouteContext } from "./route-context.js";
import { ClientGoneError } from "./call.js";
import { EventStream } from "./event-stream.js";
import { httpFailureOf } from "./failures.js";
import { awaitFirstBit, mergeBits, type StreamedBit } from "./token-streams.js";

/** The events of a stream: before all chunks, for a chunk, and after all. */
export interface StreamEvents {
  readonly before?: () => readonly unknown[];
  forBit(streamedBit: StreamedBit): readonly unknown[];
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
  const bits = await call.within(awaitFirstBit(mergeBits(options.writings)));
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
