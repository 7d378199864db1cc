/** Texts told as they are written. What goes wrong after the first bit is told as an event with an error, in OpenAI's shape. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Writing } from "../contract.js";
import { wrote, type RouteContext } from "./route-context.js";
import { Gone } from "./call.js";
import { EventStream } from "./event-stream.js";
import { failureOf } from "./failures.js";
import { begun, toldOf, type Told } from "./token-streams.js";

/** The events of a stream: before all bits, of one, and after all. */
export interface Events {
  readonly before?: () => readonly unknown[];
  of(told: Told): readonly unknown[];
  after(): readonly unknown[];
  /** The last one, where clients wait for it. */
  readonly last: string | null;
  /** Whether each is sent with its `type` as its name. */
  readonly named?: true;
  /** How it tells that it went wrong; absent: as OpenAI's error. */
  failed?(error: { readonly code: string; readonly message: string }): unknown;
}

export async function streamed(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  o: { readonly writings: readonly Writing[]; readonly events: Events },
): Promise<void> {
  const { call } = request;
  const bits = await call.within(begun(toldOf(o.writings)));
  const stream = EventStream.begin(reply, call);
  const nameOf = (event: unknown): string | null =>
    o.events.named === true ? (event as { readonly type: string }).type : null;
  try {
    for (const event of o.events.before?.() ?? []) await stream.send(JSON.stringify(event), nameOf(event));
    for (;;) {
      const step = await call.within(bits.next());
      if (step.done === true) break;
      wrote(context, call, step.value.bit.tokens.length);
      for (const event of o.events.of(step.value)) await stream.send(JSON.stringify(event), nameOf(event));
    }
    for (const event of o.events.after()) await stream.send(JSON.stringify(event), nameOf(event));
    if (o.events.last !== null) await stream.send(o.events.last);
  } catch (error) {
    void bits.return().catch(() => undefined);
    if (error instanceof Gone) return;
    const failure = failureOf(error, "openai", request.id);
    call.failed(error, failure);
    const { error: said } = failure.body as { readonly error: { readonly code: string; readonly message: string } };
    const told = o.events.failed?.(said) ?? failure.body;
    stream.tell(JSON.stringify(told), nameOf(told));
    if (o.events.last !== null) stream.tell(o.events.last);
  } finally {
    stream.end();
  }
}
