/** Texts as Hugging Face's `text-generation` and its kin tell them: whole, or token by token as TGI does. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Bit, WriteAsk } from "../contract.js";
import { fewEnough, prompted, roomFor, temperatureOf, wrote } from "../http/route-context.js";
import { streamed, type Events } from "../http/stream-reply.js";
import { wholeOf, writingsOf, type Written } from "../http/token-streams.js";
import { unlike, type Asking } from "./task-context.js";
import type { Parameters } from "./request-schemas.js";

/** As TGI has it where nothing is said. */
const TOKENS = 100;

export async function writeOn(asking: Asking): Promise<unknown> {
  const { context, request, reply, model, body } = asking;
  const { call } = request;
  const { inputs } = body;
  const prompts = typeof inputs === "string" ? [inputs] : Array.isArray(inputs) ? inputs : [];
  const texts = prompts.filter((prompt) => typeof prompt === "string");
  if (texts.length === 0 || texts.length < prompts.length) throw unlike("a text or a list of texts");
  fewEnough("inputs", texts.length, context.limits);
  const ask = askOf(asking);
  if (body.stream === true && texts.length > 1) throw unlike("one text where it is streamed");
  const writings = await call.within(
    writingsOf(
      model,
      texts.map((prompt) => ({ ...ask, prompt })),
      roomFor(context, call),
    ),
  );
  prompted(context, call, reply, writings);
  const full = body.parameters?.return_full_text === true && model.sort === "continues";
  const before = (at: number): string => (full ? (texts[at] ?? "") : "");
  if (body.stream === true) {
    await streamed(context, request, reply, { writings, events: eventsOf(before(0)) });
    return reply;
  }
  const all = await call.within(wholeOf(writings, 1, (tokens) => wrote(context, call, tokens)));
  return all.map(([written], i) => toldOf(before(i), written, asking));
}

function askOf({ request: { call }, context: { limits }, body }: Asking): Omit<WriteAsk, "prompt"> {
  const p = body.parameters ?? {};
  const asked = p.max_new_tokens ?? undefined;
  const { maxTokens: most } = limits;
  if (asked !== undefined && most !== undefined && asked > most)
    throw new CodedError("too-many-tokens", { at: "parameters.max_new_tokens", asked, most });
  const truncate = body.truncate ?? (typeof p.truncate === "boolean" ? p.truncate : limits.truncate);
  return {
    signal: call.signal,
    truncate,
    choices: 1,
    stop: [...(p.stop ?? []), ...(p.stop_sequences ?? [])],
    client: call.client,
    ...(call.key !== null && { salt: call.key }),
    maxTokens: asked ?? Math.min(TOKENS, most ?? TOKENS),
    sampling: samplingOf(p),
    // Streams and details tell of each token how likely it was.
    ...((body.stream === true || p.details === true) && { logprobs: 0 }),
  };
}

function samplingOf(p: Parameters): WriteAsk["sampling"] {
  const told = <K extends string>(key: K, value: number | null | undefined) =>
    value === null || value === undefined ? {} : { [key]: value };
  return {
    // `do_sample: false` is the likeliest token, whatever else is said.
    ...(p.do_sample === false
      ? { temperature: 0 }
      : told("temperature", p.temperature && temperatureOf(p.temperature))),
    ...told("topP", p.top_p),
    ...told("topK", p.top_k),
    ...told("seed", p.seed),
    ...told("repetitionPenalty", p.repetition_penalty),
    ...told("frequencyPenalty", p.frequency_penalty),
  };
}

const reasonOf = (ended: Bit["ended"]): string =>
  ended === "length" ? "length" : ended === "stop" ? "stop_sequence" : "eos_token";

/** Clients of summaries and translations read the same text under names of their own. */
function toldOf(before: string, written: Written | undefined, { model, body }: Asking) {
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

/** An event for each token; the last has the whole text. */
function eventsOf(before: string): Events {
  let [text, tokens] = [before, 0];
  return {
    last: null,
    of({ bit }) {
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
