/** Requests of OpenAI's API. Unknown keys are ignored, as by OpenAI's servers and vLLM. */
import * as v from "valibot";
import {
  anyObject,
  optionalNumberBetween,
  optionalBoolean,
  nonEmptyList,
  optionalModelName,
  stopTexts,
  oneOrMoreTexts,
  optionalIntegerBetween,
} from "../http/schema.js";

/** A content part. Parts other than text and refusals are rejected by name. */
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
    parameters: v.nullish(anyObject),
  }),
});
const toolChoice = v.union([
  v.picklist(["none", "auto", "required"]),
  v.looseObject({ type: v.literal("function"), function: v.looseObject({ name: v.string() }) }),
]);
const responseFormat = v.looseObject({
  type: v.picklist(["text", "json_object", "json_schema"]),
  json_schema: v.nullish(v.looseObject({ schema: anyObject })),
});

/** Keys that both endpoints read. */
const writing = {
  model: optionalModelName,
  stream: optionalBoolean,
  stream_options: v.nullish(v.looseObject({ include_usage: optionalBoolean })),
  stop: v.nullish(v.union([v.pipe(v.string(), v.minLength(1)), stopTexts])),
  n: optionalIntegerBetween(1),
  best_of: optionalIntegerBetween(1),
  max_tokens: optionalIntegerBetween(1),
  temperature: optionalNumberBetween(0, 2),
  top_p: optionalNumberBetween(0, 1),
  /** −1 and 0 mean all, as in vLLM. */
  top_k: optionalIntegerBetween(-1),
  min_p: optionalNumberBetween(0, 1),
  seed: optionalIntegerBetween(Number.MIN_SAFE_INTEGER),
  frequency_penalty: optionalNumberBetween(-2, 2),
  presence_penalty: optionalNumberBetween(-2, 2),
  repetition_penalty: optionalNumberBetween(0.01, 100),
  logit_bias: v.nullish(v.record(v.string(), v.pipe(v.number(), v.minValue(-100), v.maxValue(100)))),
  response_format: v.nullish(responseFormat),
  /** Our extension: whether a prompt that is too long is truncated. */
  truncate: optionalBoolean,
};

export const chat = v.looseObject({
  ...writing,
  messages: nonEmptyList(message),
  max_completion_tokens: optionalIntegerBetween(1),
  logprobs: optionalBoolean,
  top_logprobs: optionalIntegerBetween(0, 20),
  tools: v.nullish(v.array(tool)),
  tool_choice: v.nullish(toolChoice),
  parallel_tool_calls: optionalBoolean,
});
export type Chat = v.InferOutput<typeof chat>;

const ids = nonEmptyList(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)));
export const completion = v.looseObject({
  ...writing,
  prompt: v.union([v.string(), nonEmptyList(v.string()), ids, nonEmptyList(ids)]),
  /** 0 returns only what `echo` and `logprobs` report on the prompt. */
  max_tokens: optionalIntegerBetween(0),
  echo: optionalBoolean,
  suffix: v.nullish(v.string()),
  logprobs: v.nullish(v.union([v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)), v.literal(false)])),
});
export type Completion = v.InferOutput<typeof completion>;

export const embeddings = v.looseObject({
  model: optionalModelName,
  input: v.union([oneOrMoreTexts, ids, nonEmptyList(ids)]),
  encoding_format: v.nullish(v.picklist(["float", "base64"])),
  dimensions: optionalIntegerBetween(1),
  truncate: optionalBoolean,
});
export type Embeddings = v.InferOutput<typeof embeddings>;
