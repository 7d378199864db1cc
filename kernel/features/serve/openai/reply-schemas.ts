/** Responses of OpenAI's API, for /openapi.json; tests check the actual responses against them. */
import * as v from "valibot";

const whole = v.pipe(v.number(), v.integer());
const usage = v.object({
  prompt_tokens: whole,
  completion_tokens: whole,
  total_tokens: whole,
  prompt_tokens_details: v.object({ cached_tokens: whole }),
});
const likelihood = { token: v.string(), logprob: v.number(), bytes: v.array(whole) };
const chatLikelihoods = v.object({
  content: v.array(v.object({ ...likelihood, top_logprobs: v.array(v.object(likelihood)) })),
  refusal: v.null(),
});
const head = {
  id: v.string(),
  created: whole,
  model: v.string(),
  system_fingerprint: v.string(),
  truncated: v.optional(whole),
};
const finish = v.picklist(["stop", "length", "tool_calls"]);

const call = v.object({
  id: v.string(),
  type: v.literal("function"),
  function: v.object({ name: v.string(), arguments: v.string() }),
});
export const chat = v.object({
  ...head,
  object: v.literal("chat.completion"),
  choices: v.array(
    v.object({
      index: whole,
      message: v.object({
        role: v.literal("assistant"),
        content: v.nullable(v.string()),
        refusal: v.null(),
        tool_calls: v.optional(v.array(call)),
      }),
      logprobs: v.nullable(chatLikelihoods),
      finish_reason: finish,
    }),
  ),
  usage,
});
const partOfCall = v.object({
  index: whole,
  id: v.optional(v.string()),
  type: v.optional(v.literal("function")),
  function: v.object({ name: v.optional(v.string()), arguments: v.optional(v.string()) }),
});
/** One event of a stream. */
export const chatChunk = v.object({
  ...head,
  object: v.literal("chat.completion.chunk"),
  choices: v.array(
    v.object({
      index: whole,
      delta: v.object({
        role: v.optional(v.literal("assistant")),
        content: v.optional(v.string()),
        refusal: v.optional(v.null()),
        tool_calls: v.optional(v.array(partOfCall)),
      }),
      logprobs: v.nullable(chatLikelihoods),
      finish_reason: v.nullable(finish),
    }),
  ),
  usage: v.optional(v.nullable(usage)),
});

const textLikelihoods = v.object({
  tokens: v.array(v.string()),
  token_logprobs: v.array(v.nullable(v.number())),
  text_offset: v.array(whole),
  top_logprobs: v.array(v.nullable(v.record(v.string(), v.number()))),
});
const text = {
  index: whole,
  text: v.string(),
  logprobs: v.nullable(textLikelihoods),
};
export const completion = v.object({
  ...head,
  object: v.literal("text_completion"),
  usage,
  choices: v.array(v.object({ ...text, finish_reason: finish })),
});
/** One event of a stream. */
export const completionChunk = v.object({
  ...head,
  object: v.literal("text_completion"),
  usage: v.optional(v.nullable(usage)),
  choices: v.array(v.object({ ...text, finish_reason: v.nullable(finish) })),
});

export const embeddings = v.object({
  object: v.literal("list"),
  model: v.string(),
  truncated: v.optional(whole),
  data: v.array(
    v.object({
      object: v.literal("embedding"),
      index: whole,
      embedding: v.union([v.array(v.number()), v.string()]),
    }),
  ),
  usage: v.object({ prompt_tokens: whole, total_tokens: whole }),
});

export const model = v.object({
  id: v.string(),
  object: v.literal("model"),
  created: whole,
  owned_by: v.string(),
  root: v.string(),
  parent: v.nullable(v.string()),
  max_model_len: whole,
  sort: v.string(),
  labels: v.array(v.string()),
  pairs: v.boolean(),
  ranks: v.boolean(),
  chats: v.boolean(),
  tools: v.boolean(),
});
export const models = v.object({ object: v.literal("list"), data: v.array(model) });
