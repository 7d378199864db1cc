/** `/v1/responses`: the next turn of a conversation. The request contains the full conversation: nothing is stored. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TextGeneration } from "../contract.js";
import { countPromptTokens, memoryReserverFor, countTokensWritten, type RouteContext } from "../http/route-context.js";
import { streamReply, type StreamEvents } from "../http/stream-reply.js";
import { mergeTextStreams, startTextGenerations } from "../http/token-streams.js";
import { truncatedField, newId, unixSeconds } from "./reply-parts.js";
import { responseGenerationRequest } from "./response-request.js";
import { ResponseDraft, type ResponseEvent } from "./response-builder.js";
import type { ResponsesRequestBody } from "./response-request-schemas.js";

export async function answerResponsesRequest(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, name }: { readonly body: ResponsesRequestBody; readonly name: string | null },
): Promise<unknown> {
  const { call } = request;
  const model = call.hold(context.models, name ?? body.model);
  const ask = responseGenerationRequest(body, model, call, context.limits);
  const writings = await call.within(startTextGenerations(model, [ask], memoryReserverFor(context, call)));
  countPromptTokens(context, call, reply, writings);
  const draft = new ResponseDraft(body.parallel_tool_calls === false ? 1 : Number.POSITIVE_INFINITY);
  const head: Head = {
    ...headOf(body),
    ...truncatedField(call.cut),
    model: model.name,
    truncation: cuts(ask.truncate),
  };
  if (body.stream === true) {
    await streamReply(context, request, reply, { writings, events: eventsOf(head, draft, writings) });
    return reply;
  }
  const whole = async (): Promise<void> => {
    for await (const { bit } of mergeTextStreams(writings)) {
      countTokensWritten(context, call, bit.tokens.length);
      draft.add(bit);
    }
  };
  await call.within(whole());
  return endOf(head, draft, writings);
}

type Head = Readonly<Record<string, unknown>>;
const cuts = (truncate: boolean): string => (truncate ? "auto" : "disabled");

/** The request's settings, repeated in the response. Sampling settings that it lacks come from the model's folder. */
function headOf(body: ResponsesRequestBody): Head {
  return {
    id: newId("resp_"),
    object: "response",
    created_at: unixSeconds(),
    background: false,
    store: false,
    previous_response_id: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    reasoning: { effort: null, summary: null },
    temperature: body.temperature ?? null,
    text: { format: body.text?.format ?? { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    tools: (body.tools ?? []).map(({ type, name, description = null, parameters = null, strict = null }) => ({
      type,
      name,
      description,
      parameters,
      strict,
    })),
    top_p: body.top_p ?? null,
  };
}

const unended = { completed_at: null, error: null, incomplete_details: null, usage: null } as const;

function endOf(head: Head, draft: ResponseDraft, writings: readonly TextGeneration[]) {
  const cut = draft.ended === "length";
  return {
    ...head,
    ...unended,
    status: cut ? "incomplete" : "completed",
    ...(cut ? { incomplete_details: { reason: "max_output_tokens" } } : { completed_at: unixSeconds() }),
    output: draft.output,
    usage: usageOf(draft, writings),
  };
}

function usageOf({ tokens }: ResponseDraft, writings: readonly TextGeneration[]) {
  const sum = (countOf: (writing: TextGeneration) => number): number =>
    writings.reduce((all, one) => all + countOf(one), 0);
  const read = sum(({ promptTokens }) => promptTokens);
  return {
    input_tokens: read,
    input_tokens_details: { cached_tokens: sum(({ cachedTokens }) => cachedTokens) },
    output_tokens: tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: read + tokens,
  };
}

/** With OpenAI's numbering and names. */
function eventsOf(head: Head, draft: ResponseDraft, writings: readonly TextGeneration[]): StreamEvents {
  let position = 0;
  const numbered = (event: ResponseEvent): unknown => ({ ...event, sequence_number: position++ });
  const begun = (): unknown => ({ ...head, ...unended, status: "in_progress", output: [] });
  return {
    last: null,
    named: true,
    before: () => [
      numbered({ type: "response.created", response: begun() }),
      numbered({ type: "response.in_progress", response: begun() }),
    ],
    forBit: ({ bit }) => draft.add(bit).map(numbered),
    after() {
      const response = endOf(head, draft, writings);
      return [numbered({ type: `response.${response.status}`, response })];
    },
    failed({ code, message }) {
      draft.cutOff();
      const state = { ...unended, error: { code, message }, status: "failed", output: draft.output };
      const usage = usageOf(draft, writings);
      return numbered({ type: "response.failed", response: { ...head, ...state, usage } });
    },
  };
}
