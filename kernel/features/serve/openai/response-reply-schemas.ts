/** Responses of `/v1/responses`, for /openapi.json. */
import * as v from "valibot";

const whole = v.pipe(v.number(), v.integer());
const anything = v.record(v.string(), v.unknown());
const status = v.picklist(["in_progress", "completed", "incomplete"]);
const part = v.object({
  type: v.literal("output_text"),
  text: v.string(),
  annotations: v.array(v.unknown()),
  logprobs: v.array(v.unknown()),
});
const message = v.object({
  id: v.string(),
  type: v.literal("message"),
  role: v.literal("assistant"),
  status,
  content: v.array(part),
});
const called = v.object({
  id: v.string(),
  type: v.literal("function_call"),
  status,
  call_id: v.string(),
  name: v.string(),
  arguments: v.string(),
});
const item = v.union([message, called]);
const tool = v.object({
  type: v.string(),
  name: v.string(),
  description: v.nullable(v.string()),
  parameters: v.nullable(anything),
  strict: v.nullable(v.boolean()),
});
export const response = v.object({
  id: v.string(),
  object: v.literal("response"),
  created_at: whole,
  completed_at: v.nullable(whole),
  status: v.picklist(["in_progress", "completed", "incomplete", "failed"]),
  background: v.literal(false),
  store: v.literal(false),
  previous_response_id: v.null(),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
  incomplete_details: v.nullable(v.object({ reason: v.string() })),
  instructions: v.nullable(v.string()),
  max_output_tokens: v.nullable(whole),
  model: v.string(),
  metadata: v.record(v.string(), v.string()),
  output: v.array(item),
  parallel_tool_calls: v.boolean(),
  reasoning: v.object({ effort: v.null(), summary: v.null() }),
  temperature: v.nullable(v.number()),
  top_p: v.nullable(v.number()),
  text: v.object({ format: v.looseObject({ type: v.string() }) }),
  tool_choice: v.union([v.string(), anything]),
  tools: v.array(tool),
  truncation: v.picklist(["auto", "disabled"]),
  truncated: v.optional(whole),
  usage: v.nullable(
    v.object({
      input_tokens: whole,
      output_tokens: whole,
      total_tokens: whole,
      input_tokens_details: v.object({ cached_tokens: whole }),
      output_tokens_details: v.object({ reasoning_tokens: whole }),
    }),
  ),
});

const eventType = <const T extends string>(type: T) => ({ type: v.literal(type), sequence_number: whole });
const place = { item_id: v.string(), output_index: whole };
const inPart = { ...place, content_index: whole };
/** One event of a stream. */
export const responseEvent = v.union([
  v.object({
    sequence_number: whole,
    response,
    type: v.union([
      v.picklist(["response.created", "response.in_progress"]),
      v.picklist(["response.completed", "response.incomplete", "response.failed"]),
    ]),
  }),
  v.object({ ...eventType("response.output_item.added"), output_index: whole, item }),
  v.object({ ...eventType("response.output_item.done"), output_index: whole, item }),
  v.object({ ...eventType("response.content_part.added"), ...inPart, part }),
  v.object({ ...eventType("response.content_part.done"), ...inPart, part }),
  v.object({
    ...eventType("response.output_text.delta"),
    ...inPart,
    delta: v.string(),
    logprobs: v.array(v.unknown()),
  }),
  v.object({ ...eventType("response.output_text.done"), ...inPart, text: v.string(), logprobs: v.array(v.unknown()) }),
  v.object({ ...eventType("response.function_call_arguments.delta"), ...place, delta: v.string() }),
  v.object({
    ...eventType("response.function_call_arguments.done"),
    ...place,
    name: v.string(),
    arguments: v.string(),
  }),
]);
