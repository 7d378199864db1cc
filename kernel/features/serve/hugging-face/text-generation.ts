/**
 * Generated texts in the formats of Hugging Face's `text-generation` and related tasks: in full, or token by token as
 * in TGI.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { TextChunk, GenerationRequest } from "../contract.js";
import {
  checkTextCount,
  countPromptTokens,
  memoryReserverFor,
  temperatureOf,
  countTokensWritten,
} from "../http/route-context.js";
import { streamReply, type StreamEvents } from "../http/stream-reply.js";
import { collectTexts, startTextGenerations, type CompletedText } from "../http/token-streams.js";
import { inputsMismatchError, type TaskRequestContext } from "./task-context.js";
import type { Parameters } from "./request-schemas.js";

/** TGI's default. */
const TOKENS = 100;

export async function generateText(asking: TaskRequestContext): Promise<unknown> {
  const { context, request, reply, model, body } = asking;
  const { call } = request;
  const { inputs } = body;
  const prompts = typeof inputs === "string" ? [inputs] : Array.isArray(inputs) ? inputs : [];
  const texts = prompts.filter((prompt) => typeof prompt === "string");
  if (texts.length === 0 || texts.length < prompts.length) throw inputsMismatchError("a text or a list of texts");
  checkTextCount("inputs", texts.length, context.limits);
  const ask = askOf(asking);
  if (body.stream === true && texts.length > 1) throw inputsMismatchError("only one text can be streamed");
  const writings = await call.within(
    startTextGenerations(
      model,
      texts.map((prompt) => ({ ...ask, prompt })),
      memoryReserverFor(context, call),
    ),
  );
  countPromptTokens(context, call, reply, writings);
  const full = body.parameters?.return_full_text === true && model.sort === "continues";
  const before = (index: number): string => (full ? (texts[index] ?? "") : "");
  if (body.stream === true) {
    await streamReply(context, request, reply, { writings, events: eventsOf(before(0)) });
    return reply;
  }
  const all = await call.within(collectTexts(writings, 1, (tokens) => countTokensWritten(context, call, tokens)));
  return all.map(([written], i) => toldOf(before(i), written, asking));
}

function askOf({
  request: { call },
  context: { limits },
  body,
}: TaskRequestContext): Omit<GenerationRequest, "prompt"> {
  const p = body.parameters ?? {};
  const requested = p.max_new_tokens ?? undefined;
  const { maxTokens: most } = limits;
  if (requested !== undefined && most !== undefined && requested > most)
    throw new CodedError("too-many-tokens", { at: "parameters.max_new_tokens", asked: requested, most });
  const truncate = body.truncate ?? (typeof p.truncate === "boolean" ? p.truncate : limits.truncate);
  return {
    signal: call.signal,
    truncate,
    choices: 1,
    stop: [...(p.stop ?? []), ...(p.stop_sequences ?? [])],
    client: call.client,
    ...(call.key !== null && { salt: call.key }),
    maxTokens: requested ?? Math.min(TOKENS, most ?? TOKENS),
    sampling: samplingOf(p),
    // Streams and details include the log-probability of each token.
    ...((body.stream === true || p.details === true) && { logprobs: 0 }),
  };
}

function samplingOf(p: Parameters): GenerationRequest["sampling"] {
  const option = <K extends string>(key: K, value: number | null | undefined) =>
    value === null || value === undefined ? {} : { [key]: value };
  return {
    // `do_sample: false` means the most probable token, whatever the other parameters.
    ...(p.do_sample === false
      ? { temperature: 0 }
      : option("temperature", p.temperature && temperatureOf(p.temperature))),
    ...option("topP", p.top_p),
    ...option("topK", p.top_k),
    ...option("seed", p.seed),
    ...option("repetitionPenalty", p.repetition_penalty),
    ...option("frequencyPenalty", p.frequency_penalty),
  };
}

const reasonOf = (ended: TextChunk["ended"]): string =>
  ended === "length" ? "length" : ended === "stop" ? "stop_sequence" : "eos_token";

/** Clients of summaries and translations expect the same text under different names. */
function toldOf(before: string, written: CompletedText | undefined, { model, body }: TaskRequestContext) {
  const text = before + (written?.text ?? "");
  return {
    generated_text: text,
    ...(model.sort === "rewrites" && { summary_text: text, translation_text: text }),
    ...(body.parameters?.details === true && {
      details: {
        finish_reason: reasonOf(written?.ended ?? null),
        generated_tokens: written?.tokens ?? 0,
        seed: body.parameters.seed ?? null,
        prefill: [],
        tokens: (written?.likelihoods ?? []).map(({ id, text, logprob }) => ({ id, text, logprob, special: false })),
      },
    }),
  };
}

/** One event per token; the last has the full text. */
function eventsOf(before: string): StreamEvents {
  let [text, tokens] = [before, 0];
  return {
    last: null,
    forBit({ bit }) {
      text += bit.text;
      tokens += bit.tokens.length;
      const last = bit.ended === null ? null : { finish_reason: reasonOf(bit.ended), generated_tokens: tokens };
      const logprob = bit.likelihoods?.at(-1)?.logprob ?? null;
      const token = { id: bit.tokens.at(-1) ?? 0, text: bit.text, logprob, special: false };
      return [{ index: tokens, token, generated_text: last === null ? null : text, details: last }];
    },
    after: () => [],
  };
}
