/** `/v1/chat/completions`: the next turn of a conversation, in full or streamed. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TextChunk, TextGeneration } from "../contract.js";
import { countPromptTokens, memoryReserverFor, countTokensWritten, type RouteContext } from "../http/route-context.js";
import { streamReply, type StreamEvents } from "../http/stream-reply.js";
import { collectTexts, startTextGenerations, type CompletedText } from "../http/token-streams.js";
import {
  chatLogprobs,
  truncatedField,
  modelFingerprintOf,
  finishReasonOf,
  newId,
  unixSeconds,
  tokenUsageOf,
  type TokenUsage,
} from "./reply-parts.js";
import { chatGenerationRequest } from "./generation-request.js";
import type { Chat } from "./request-schemas.js";

export async function answerChat(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, name }: { readonly body: Chat; readonly name: string | null },
): Promise<unknown> {
  const { call } = request;
  const model = call.hold(context.models, name ?? body.model);
  const ask = chatGenerationRequest(body, model, call, context.limits);
  const calls = body.parallel_tool_calls === false ? 1 : Number.POSITIVE_INFINITY;
  const writings = await call.within(startTextGenerations(model, [ask], memoryReserverFor(context, call)));
  countPromptTokens(context, call, reply, writings);
  const head = {
    id: newId("chatcmpl-"),
    created: unixSeconds(),
    model: model.name,
    system_fingerprint: modelFingerprintOf(model),
  };
  if (body.stream === true) {
    const usage = body.stream_options?.include_usage === true;
    const likely = body.logprobs === true;
    const events = eventsOf({ head, writings, usage, choices: ask.choices, likely, calls });
    await streamReply(context, request, reply, { writings, events });
    return reply;
  }
  const all = await call.within(
    collectTexts(writings, ask.choices, (tokens) => countTokensWritten(context, call, tokens)),
  );
  const written = all.flat();
  return {
    ...head,
    ...truncatedField(call.cut),
    object: "chat.completion",
    choices: written.map((one, index) => choiceOf(one, index, { likely: body.logprobs === true, most: calls })),
    usage: tokenUsageOf(writings, sum(written)),
  };
}

interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}
const sum = (written: readonly CompletedText[]): number => written.reduce((all, { tokens }) => all + tokens, 0);

function choiceOf(
  written: CompletedText,
  index: number,
  { likely, most }: { readonly likely: boolean; readonly most: number },
) {
  const calls = written.calls.slice(0, most).map(({ id, name, arguments: callArguments }) => ({
    id,
    type: "function",
    function: { name, arguments: callArguments },
  }));
  return {
    index,
    message: {
      role: "assistant",
      content: calls.length > 0 && written.text === "" ? null : written.text,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs: likely ? chatLogprobs(written.likelihoods) : null,
    finish_reason: finishReasonOf(written.ended) ?? "stop",
  };
}

/** OpenAI's events: the role first, then chunks, then why each choice ended, then usage. */
function eventsOf(options: {
  readonly head: Head;
  readonly writings: readonly TextGeneration[];
  readonly usage: boolean;
  readonly choices: number;
  readonly likely: boolean;
  readonly calls: number;
}): StreamEvents {
  let tokens = 0;
  const chunk = (choices: readonly unknown[], usage: TokenUsage | null = null): unknown => ({
    ...options.head,
    object: "chat.completion.chunk",
    choices,
    ...(options.usage && { usage }),
  });
  const choice = (index: number, delta: unknown, logprobs: unknown, finish_reason: string | null): unknown =>
    chunk([{ index, delta, logprobs, finish_reason }]);
  return {
    last: "[DONE]",
    before: () =>
      Array.from({ length: options.choices }, (_, index) =>
        choice(index, { role: "assistant", content: "", refusal: null }, null, null),
      ),
    forBit({ bit }) {
      tokens += bit.tokens.length;
      const likely = options.likely && bit.likelihoods ? chatLogprobs(bit.likelihoods) : null;
      const delta = deltaOf(bit, options.calls);
      const chunks = delta === null && likely === null ? [] : [choice(bit.choice, delta ?? {}, likely, null)];
      return bit.ended === null ? chunks : [...chunks, choice(bit.choice, {}, null, finishReasonOf(bit.ended))];
    },
    after: () => (options.usage ? [chunk([], tokenUsageOf(options.writings, tokens))] : []),
  };
}

function deltaOf({ text, calls: all = [] }: TextChunk, most: number): Readonly<Record<string, unknown>> | null {
  const calls = all.filter(({ index }) => index < most);
  if (text === "" && calls.length === 0) return null;
  return {
    ...(text !== "" && { content: text }),
    ...(calls.length > 0 && { tool_calls: calls.map(partOf) }),
  };
}

function partOf({ index, id, name, arguments: callArguments }: NonNullable<TextChunk["calls"]>[number]) {
  return {
    index,
    ...(id !== undefined && { id, type: "function" }),
    function: { ...(name !== undefined && { name }), ...(callArguments !== undefined && { arguments: callArguments }) },
  };
}
