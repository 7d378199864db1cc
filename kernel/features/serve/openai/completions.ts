/** `/v1/completions`: continuations of texts, or outputs of an encoder-decoder. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServedModel, TextGeneration } from "../contract.js";
import { countPromptTokens, memoryReserverFor, countTokensWritten, type RouteContext } from "../http/route-context.js";
import { streamReply, type StreamEvents } from "../http/stream-reply.js";
import { collectTexts, startTextGenerations } from "../http/token-streams.js";
import {
  truncatedField,
  modelFingerprintOf,
  finishReasonOf,
  newId,
  tokenTextLength,
  unixSeconds,
  completionLogprobs,
  tokenUsageOf,
  type TokenUsage,
} from "./reply-parts.js";
import { completionGenerationRequests } from "./generation-request.js";
import type { Completion } from "./request-schemas.js";

export async function answerCompletion(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, name }: { readonly body: Completion; readonly name: string | null },
): Promise<unknown> {
  const { call } = request;
  const model = call.hold(context.models, name ?? body.model);
  const { prompts, ask } = completionGenerationRequests(body, model, call, context.limits);
  const echoes = await call.within(echoesOf(body, model, prompts));
  const writings = await call.within(
    startTextGenerations(
      model,
      prompts.map((prompt) => ({ ...ask, prompt })),
      memoryReserverFor(context, call),
    ),
  );
  countPromptTokens(context, call, reply, writings);
  const head = {
    id: newId("cmpl-"),
    created: unixSeconds(),
    model: model.name,
    system_fingerprint: modelFingerprintOf(model),
  };
  const { choices } = ask;
  const likely = ask.logprobs !== undefined;
  if (body.stream === true) {
    const usage = body.stream_options?.include_usage === true;
    await streamReply(context, request, reply, {
      writings,
      events: eventsOf({ head, writings, usage, choices, echoes, likely }),
    });
    return reply;
  }
  const all = await call.within(collectTexts(writings, choices, (tokens) => countTokensWritten(context, call, tokens)));
  const written = all.flat();
  return {
    ...head,
    ...truncatedField(call.cut),
    object: "text_completion",
    choices: written.map((one, index) => ({
      index,
      text: (echoes[Math.floor(index / choices)] ?? "") + one.text,
      logprobs: likely ? completionLogprobs([...one.prompt, ...one.likelihoods], 0) : null,
      finish_reason: finishReasonOf(one.ended) ?? "stop",
    })),
    usage: tokenUsageOf(
      writings,
      written.reduce((sum, { tokens }) => sum + tokens, 0),
    ),
  };
}

/** The prompt texts that precede each completion if `echo` is set. */
async function echoesOf(
  { echo }: Completion,
  model: ServedModel,
  prompts: readonly (string | Int32Array)[],
): Promise<readonly string[]> {
  if (echo !== true) return [];
  const ids = prompts.filter((prompt) => typeof prompt !== "string");
  const texts = ids.length === 0 ? [] : await model.decode(ids, false);
  let next = 0;
  return prompts.map((prompt) => (typeof prompt === "string" ? prompt : (texts[next++] ?? "")));
}

function eventsOf(options: {
  readonly head: Readonly<Record<string, unknown>>;
  readonly writings: readonly TextGeneration[];
  readonly usage: boolean;
  readonly choices: number;
  readonly echoes: readonly string[];
  readonly likely: boolean;
}): StreamEvents {
  let tokens = 0;
  const lengths = new Map<number, number>();
  const chunk = (choices: readonly unknown[], usage: TokenUsage | null = null): unknown => ({
    ...options.head,
    object: "text_completion",
    choices,
    ...(options.usage && { usage }),
  });
  return {
    last: "[DONE]",
    // With log-probabilities of the prompt, the prompt is part of them.
    before: () =>
      (options.likely ? [] : options.echoes).flatMap((text, prompt) =>
        Array.from({ length: options.choices }, (_, choice) =>
          chunk([{ index: prompt * options.choices + choice, text, logprobs: null, finish_reason: null }]),
        ),
      ),
    forBit({ prompt, bit }) {
      tokens += bit.tokens.length;
      const index = prompt * options.choices + bit.choice;
      const from = lengths.get(index) ?? 0;
      const likelihoods = [...(bit.prompt ?? []), ...(bit.likelihoods ?? [])];
      const text = (bit.prompt ? (options.echoes[prompt] ?? "") : "") + bit.text;
      if (options.likely) lengths.set(index, from + likelihoods.reduce((sum, one) => sum + tokenTextLength(one), 0));
      const logprobs = options.likely ? completionLogprobs(likelihoods, from) : null;
      if (text === "" && bit.ended === null && likelihoods.length === 0) return [];
      return [chunk([{ index, text, logprobs, finish_reason: finishReasonOf(bit.ended) }])];
    },
    after: () => (options.usage ? [chunk([], tokenUsageOf(options.writings, tokens))] : []),
  };
}
