/** `/v1/completions`: texts that go on, or that an encoder's text is rewritten to. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServedModel, Writing } from "../contract.js";
import { prompted, roomFor, wrote, type RouteContext } from "../http/route-context.js";
import { streamed, type Events } from "../http/stream-reply.js";
import { wholeOf, writingsOf } from "../http/token-streams.js";
import {
  cutIn,
  fingerprintOf,
  finishOf,
  idOf,
  lengthOf,
  seconds,
  textLikelihoods,
  usageOf,
  type Usage,
} from "./reply-parts.js";
import { completionAsk } from "./generation-request.js";
import type { Completion } from "./request-schemas.js";

export async function answerCompletion(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { body, name }: { readonly body: Completion; readonly name: string | null },
): Promise<unknown> {
  const { call } = request;
  const model = call.hold(context.models, name ?? body.model);
  const { prompts, ask } = completionAsk(body, model, call, context.limits);
  const echoes = await call.within(echoesOf(body, model, prompts));
  const writings = await call.within(
    writingsOf(
      model,
      prompts.map((prompt) => ({ ...ask, prompt })),
      roomFor(context, call),
    ),
  );
  prompted(context, call, reply, writings);
  const head = { id: idOf("cmpl-"), created: seconds(), model: model.name, system_fingerprint: fingerprintOf(model) };
  const { choices } = ask;
  const likely = ask.logprobs !== undefined;
  if (body.stream === true) {
    const usage = body.stream_options?.include_usage === true;
    await streamed(context, request, reply, {
      writings,
      events: eventsOf({ head, writings, usage, choices, echoes, likely }),
    });
    return reply;
  }
  const all = await call.within(wholeOf(writings, choices, (tokens) => wrote(context, call, tokens)));
  const written = all.flat();
  return {
    ...head,
    ...cutIn(call.cut),
    object: "text_completion",
    choices: written.map((one, index) => ({
      index,
      text: (echoes[Math.floor(index / choices)] ?? "") + one.text,
      logprobs: likely ? textLikelihoods([...one.prompt, ...one.likelihoods], 0) : null,
      finish_reason: finishOf(one.ended) ?? "stop",
    })),
    usage: usageOf(
      writings,
      written.reduce((sum, { tokens }) => sum + tokens, 0),
    ),
  };
}

/** What stands before each text where the prompt is wanted too. */
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

function eventsOf(o: {
  readonly head: Readonly<Record<string, unknown>>;
  readonly writings: readonly Writing[];
  readonly usage: boolean;
  readonly choices: number;
  readonly echoes: readonly string[];
  readonly likely: boolean;
}): Events {
  let tokens = 0;
  const lengths = new Map<number, number>();
  const chunk = (choices: readonly unknown[], usage: Usage | null = null): unknown => ({
    ...o.head,
    object: "text_completion",
    choices,
    ...(o.usage && { usage }),
  });
  return {
    last: "[DONE]",
    // Where a prompt's likelihoods are told it comes with them.
    before: () =>
      (o.likely ? [] : o.echoes).flatMap((text, prompt) =>
        Array.from({ length: o.choices }, (_, choice) =>
          chunk([{ index: prompt * o.choices + choice, text, logprobs: null, finish_reason: null }]),
        ),
      ),
    of({ prompt, bit }) {
      tokens += bit.tokens.length;
      const index = prompt * o.choices + bit.choice;
      const from = lengths.get(index) ?? 0;
      const likelihoods = [...(bit.prompt ?? []), ...(bit.likelihoods ?? [])];
      const text = (bit.prompt ? (o.echoes[prompt] ?? "") : "") + bit.text;
      if (o.likely) lengths.set(index, from + likelihoods.reduce((sum, one) => sum + lengthOf(one), 0));
      const logprobs = o.likely ? textLikelihoods(likelihoods, from) : null;
      if (text === "" && bit.ended === null && likelihoods.length === 0) return [];
      return [chunk([{ index, text, logprobs, finish_reason: finishOf(bit.ended) }])];
    },
    after: () => (o.usage ? [chunk([], usageOf(o.writings, tokens))] : []),
  };
}
