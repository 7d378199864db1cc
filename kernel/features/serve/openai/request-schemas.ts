/** Requests of OpenAI's interface. Keys that aren't named are left alone, as OpenAI's servers and vLLM do. */
import * as v from "valibot";
import { anything, between, flag, list, named, stops, texts, wholeBetween } from "../http/schema.js";

/** A content part. Other parts than text and refusals are refused by name. */
const part = v.looseObject({ type: v.string(), text: v.optional(v.string()), refusal: v.optional(v.string()) });
const called = v.looseObject({
  id: v.string(),
  function: v.looseObject({ name: v.string(), arguments: v.string() }),
});
const message = v.looseObject({
  role: v.picklist(["system", "developer", "user", "assistant", "tool"]),
  content: v.nullish(v.union([v.string(), v.array(part)])),
  name: v.nullish(v.string()),
  tool_calls: v.nullish(v.array(called)),
  tool_call_id: v.nullish(v.string()),
});
const tool = v.looseObject({
  type: v.literal("function"),
  function: v.looseObject({
    name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_.-]{1,64}$/)),
    description: v.nullish(v.string()),
    parameters: v.nullish(anything),
  }),
});
const toolChoice = v.union([
  v.picklist(["none", "auto", "required"]),
  v.looseObject({ type: v.literal("function"), function: v.looseObject({ name: v.string() }) }),
]);
const responseFormat = v.looseObject({
  type: v.picklist(["text", "json_object", "json_schema"]),
  json_schema: v.nullish(v.looseObject({ schema: anything })),
});

/** What both ways of writing read. */
const writing = {
  model: named,
  stream: flag,
  stream_options: v.nullish(v.looseObject({ include_usage: flag })),
  stop: v.nullish(v.union([v.pipe(v.string(), v.minLength(1)), stops])),
  n: wholeBetween(1),
  best_of: wholeBetween(1),
  max_tokens: wholeBetween(1),
  temperature: between(0, 2),
  top_p: between(0, 1),
  /** −1 and 0, as vLLM says it: all. */
  top_k: wholeBetween(-1),
  min_p: between(0, 1),
  seed: wholeBetween(Number.MIN_SAFE_INTEGER),
  frequency_penalty: between(-2, 2),
  presence_penalty: between(-2, 2),
  repetition_penalty: between(0.01, 100),
  logit_bias: v.nullish(v.record(v.string(), v.pipe(v.number(), v.minValue(-100), v.maxValue(100)))),
  response_format: v.nullish(responseFormat),
  /** Ours: whether a prompt that is too long is cut. */
  truncate: flag,
};

export const chat = v.looseObject({
  ...writing,
  messages: list(message),
  max_completion_tokens: wholeBetween(1),
  logprobs: flag,
  top_logprobs: wholeBetween(0, 20),
  tools: v.nullish(v.array(tool)),
  tool_choice: v.nullish(toolChoice),
  parallel_tool_calls: flag,
});
export type Chat = v.InferOutput<typeof chat>;

const ids = list(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));
export const completion = v.looseObject({
  ...writing,
  prompt: v.union([v.string(), list(v.string()), ids, list(ids)]),
  /** 0: for what `echo` and `logprobs` tell of the prompt. */
  max_tokens: wholeBetween(0),
  echo: flag,
  suffix: v.nullish(v.string()),
  logprobs: v.nullish(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)), v.literal(false)])),
});
export type Completion = v.InferOutput<typeof completion>;

export const embeddings = v.looseObject({
  model: named,
  input: v.union([texts, ids, list(ids)]),
  encoding_format: v.nullish(v.picklist(["float", "base64"])),
  dimensions: wholeBetween(1),
  truncate: flag,
});
export type Embeddings = v.InferOutput<typeof embeddings>;
