/** Texts told as they are written. What goes wrong after the first bit is told as an event with an error, in OpenAI's shape. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Writing } from "../contract.js";
import { took, type Desk } from "./asking.js";
import { Gone } from "./call.js";
import { EventStream } from "./event-stream.js";
import { failureOf } from "./failures.js";
import { begun, toldOf, type Told } from "./writings.js";

/** The events of a stream: before all bits, of one, and after all. */
export interface Events {
  readonly before?: () => readonly unknown[];
  of(told: Told): readonly unknown[];
  after(): readonly unknown[];
  /** The last one, where clients wait for it. */
  readonly last: string | null;
}

export async function streamed(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  o: { readonly writings: readonly Writing[]; readonly events: Events },
): Promise<void> {
  const { call } = request;
  const bits = await call.within(begun(toldOf(o.writings)));
  desk.counts.began(request.routeOptions.url ?? "other", (performance.now() - call.began) / 1000);
  const stream = EventStream.begin(reply, call);
  try {
    for (const event of o.events.before?.() ?? []) await stream.send(JSON.stringify(event));
    for (;;) {
      const step = await call.within(bits.next());
      if (step.done === true) break;
      took(desk, call, step.value.bit.tokens.length);
      for (const event of o.events.of(step.value)) await stream.send(JSON.stringify(event));
    }
    for (const event of o.events.after()) await stream.send(JSON.stringify(event));
    if (o.events.last !== null) await stream.send(o.events.last);
  } catch (error) {
    void bits.return().catch(() => undefined);
    if (error instanceof Gone) return;
    const failure = failureOf(error, "openai", request.id);
    call.failed(error, failure.code);
    stream.tell(JSON.stringify(failure.body));
    if (o.events.last !== null) stream.tell(o.events.last);
  } finally {
    stream.end();
  }
}
