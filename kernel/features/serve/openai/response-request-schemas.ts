/** Requests of `/v1/responses`. Unknown keys are ignored. */
import * as v from "valibot";
import { anyObject, optionalBoolean, nonEmptyList, optionalModelName, optionalIntegerBetween } from "../http/schema.js";
import { chat } from "./request-schemas.js";

/** Parts of a turn: texts; other types are rejected by name. */
const part = v.looseObject({ type: v.string(), text: v.optional(v.string()), refusal: v.optional(v.string()) });
const content = v.nullish(v.union([v.string(), v.array(part)]));
/** A turn, a call or its result. Required keys are checked by hand, so that a missing one is reported by name. */
const item = v.looseObject({
  type: v.nullish(v.string()),
  role: v.nullish(v.picklist(["system", "developer", "user", "assistant"])),
  content,
  call_id: v.nullish(v.string()),
  name: v.nullish(v.string()),
  arguments: v.nullish(v.string()),
  output: content,
});
export type ResponseInputItem = v.InferOutput<typeof item>;

const tool = v.looseObject({
  type: v.string(),
  name: v.nullish(v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_.-]{1,64}$/))),
  description: v.nullish(v.string()),
  parameters: v.nullish(anyObject),
  strict: optionalBoolean,
});
const format = v.looseObject({
  type: v.picklist(["text", "json_object", "json_schema"]),
  name: v.nullish(v.string()),
  schema: v.nullish(anyObject),
});

const { temperature, top_p, top_k, min_p, seed, stop, truncate } = chat.entries;
const { frequency_penalty, presence_penalty, repetition_penalty, logit_bias } = chat.entries;

export const response = v.looseObject({
  model: optionalModelName,
  stream: optionalBoolean,
  temperature,
  top_p,
  top_k,
  min_p,
  seed,
  stop,
  frequency_penalty,
  presence_penalty,
  repetition_penalty,
  logit_bias,
  truncate,
  input: v.union([v.string(), nonEmptyList(item)]),
  instructions: v.nullish(v.string()),
  max_output_tokens: optionalIntegerBetween(1),
  tools: v.nullish(v.array(tool)),
  tool_choice: v.nullish(
    v.union([
      v.picklist(["none", "auto", "required"]),
      v.looseObject({ type: v.string(), name: v.nullish(v.string()) }),
    ]),
  ),
  parallel_tool_calls: optionalBoolean,
  text: v.nullish(v.looseObject({ format: v.nullish(format) })),
  /** `auto`: truncates an input that is too long; `disabled`: rejects it. */
  truncation: v.nullish(v.picklist(["auto", "disabled"])),
  metadata: v.nullish(v.record(v.string(), v.string())),
  /** Nothing is stored, whatever the value. */
  store: optionalBoolean,
  background: optionalBoolean,
  include: v.nullish(v.array(v.string())),
  previous_response_id: v.nullish(v.string()),
});
export type ResponsesRequestBody = v.InferOutput<typeof response>;
