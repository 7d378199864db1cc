/** `/v1/chat/completions`: the next turn of a conversation, whole or as it is written. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Bit, Writing } from "../contract.js";
import { prompted, roomFor, wrote, type RouteContext } from "../http/route-context.js";
import { streamed, type Events } from "../http/stream-reply.js";
import { wholeOf, writingsOf, type Written } from "../http/token-streams.js";
import { chatLikelihoods, cutIn, fingerprintOf, finishOf, idOf, seconds, usageOf, type Usage } from "./reply-parts.js";
import { chatAsk } from "./generation-request.js";
import type { Chat } from "./request-schemas.js";

export async function answerChat(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, name }: { readonly body: Chat; readonly name: string | null },
): Promise<unknown> {
  const { call } = request;
  const model = call.hold(context.models, name ?? body.model);
  const ask = chatAsk(body, model, call, context.limits);
  const calls = body.parallel_tool_calls === false ? 1 : Number.POSITIVE_INFINITY;
  const writings = await call.within(writingsOf(model, [ask], roomFor(context, call)));
  prompted(context, call, reply, writings);
  const head = {
    id: idOf("chatcmpl-"),
    created: seconds(),
    model: model.name,
    system_fingerprint: fingerprintOf(model),
  };
  if (body.stream === true) {
    const usage = body.stream_options?.include_usage === true;
    const likely = body.logprobs === true;
    const events = eventsOf({ head, writings, usage, choices: ask.choices, likely, calls });
    await streamed(context, request, reply, { writings, events });
    return reply;
  }
  const all = await call.within(wholeOf(writings, ask.choices, (tokens) => wrote(context, call, tokens)));
  const written = all.flat();
  return {
    ...head,
    ...cutIn(call.cut),
    object: "chat.completion",
    choices: written.map((one, index) => choiceOf(one, index, { likely: body.logprobs === true, most: calls })),
    usage: usageOf(writings, sum(written)),
  };
}

interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}
const sum = (written: readonly Written[]): number => written.reduce((all, { tokens }) => all + tokens, 0);

function choiceOf(
  written: Written,
  index: number,
  { likely, most }: { readonly likely: boolean; readonly most: number },
) {
  const calls = written.calls.slice(0, most).map(({ id, name, arguments: said }) => ({
    id,
    type: "function",
    function: { name, arguments: said },
  }));
  return {
    index,
    message: {
      role: "assistant",
      content: calls.length > 0 && written.text === "" ? null : written.text,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs: likely ? chatLikelihoods(written.likelihoods) : null,
    finish_reason: finishOf(written.ended) ?? "stop",
  };
}

/** As OpenAI tells them: who speaks first, then bits, then why each ended, then what it took. */
function eventsOf(o: {
  readonly head: Head;
  readonly writings: readonly Writing[];
  readonly usage: boolean;
  readonly choices: number;
  readonly likely: boolean;
  /** Most calls of one turn. */
  readonly calls: number;
}): Events {
  let tokens = 0;
  const chunk = (choices: readonly unknown[], usage: Usage | null = null): unknown => ({
    ...o.head,
    object: "chat.completion.chunk",
    choices,
    ...(o.usage && { usage }),
  });
  const choice = (index: number, delta: unknown, logprobs: unknown, finish_reason: string | null): unknown =>
    chunk([{ index, delta, logprobs, finish_reason }]);
  return {
    last: "[DONE]",
    before: () =>
      Array.from({ length: o.choices }, (_, index) =>
        choice(index, { role: "assistant", content: "", refusal: null }, null, null),
      ),
    of({ bit }) {
      tokens += bit.tokens.length;
      const likely = o.likely && bit.likelihoods ? chatLikelihoods(bit.likelihoods) : null;
      const delta = deltaOf(bit, o.calls);
      const said = delta === null && likely === null ? [] : [choice(bit.choice, delta ?? {}, likely, null)];
      return bit.ended === null ? said : [...said, choice(bit.choice, {}, null, finishOf(bit.ended))];
    },
    after: () => (o.usage ? [chunk([], usageOf(o.writings, tokens))] : []),
  };
}

function deltaOf({ text, calls: all = [] }: Bit, most: number): Readonly<Record<string, unknown>> | null {
  const calls = all.filter(({ index }) => index < most);
  if (text === "" && calls.length === 0) return null;
  return {
    ...(text !== "" && { content: text }),
    ...(calls.length > 0 && { tool_calls: calls.map(partOf) }),
  };
}

function partOf({ index, id, name, arguments: said }: NonNullable<Bit["calls"]>[number]) {
  return {
    index,
    ...(id !== undefined && { id, type: "function" }),
    function: { ...(name !== undefined && { name }), ...(said !== undefined && { arguments: said }) },
  };
}
