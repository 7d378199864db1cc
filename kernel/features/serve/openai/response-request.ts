/**
 * Converts a request of `/v1/responses` to a conversation. Unsupported keys that would change the result are rejected.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ServingLimits, ServedModel, GenerationRequest } from "../contract.js";
import type { HttpCall } from "../http/call.js";
import { chatGenerationRequest, requestNotOfferedError } from "./generation-request.js";
import type { ResponseInputItem, ResponsesRequestBody } from "./response-request-schemas.js";
import type { Chat } from "./request-schemas.js";

type RequestMessage = Chat["messages"][number];
type Called = NonNullable<NonNullable<RequestMessage["tool_calls"]>[number]>;

const some = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;
const unlike = (field: string, why: string): CodedError => new CodedError("request-unlike", { at: field, why });

/** Coded errors of `chatGenerationRequest`. */
export function responseGenerationRequest(
  body: ResponsesRequestBody,
  model: ServedModel,
  call: HttpCall,
  limits: ServingLimits,
): GenerationRequest {
  refuseWhat(body);
  const most = body.max_output_tokens ?? undefined;
  if (most !== undefined && limits.maxTokens !== undefined && most > limits.maxTokens)
    throw new CodedError("too-many-tokens", { at: "max_output_tokens", asked: most, most: limits.maxTokens });
  const { temperature, top_p, top_k, min_p, seed, stop } = body;
  const { frequency_penalty, presence_penalty, repetition_penalty, logit_bias } = body;
  const chat: Chat = {
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
    messages: [...instructed(body), ...messagesOf(body.input)],
    max_completion_tokens: most,
    truncate: body.truncate ?? (some(body.truncation) ? body.truncation === "auto" : undefined),
    tools: toolsOf(body),
    tool_choice: choiceOf(body),
    response_format: formatOf(body),
  };
  return chatGenerationRequest(chat, model, call, limits);
}

const STATE = "send the complete conversation as `input`: nothing is stored here";
const refused: readonly (readonly [key: string, why: string, help: string])[] = [
  ["previous_response_id", "isn't offered", STATE],
  ["conversation", "isn't offered", STATE],
  ["prompt", "isn't offered", "send its text as `instructions` and `input`: nothing is stored here"],
  ["top_logprobs", "isn't offered", "use /v1/chat/completions with `logprobs` for probabilities"],
  // The names in /v1/chat/completions.
  ["response_format", "is not supported here", "write `text.format`"],
  ["max_tokens", "is not supported here", "write `max_output_tokens`"],
  ["max_completion_tokens", "is not supported here", "write `max_output_tokens`"],
  ["n", "isn't offered", "send several requests, or use /v1/chat/completions"],
];
/** Content that these models never generate: including it changes nothing. */
const nothingOf = new Set(["reasoning.encrypted_content"]);

function refuseWhat(body: ResponsesRequestBody): void {
  const keys: Readonly<Record<string, unknown>> = body;
  for (const [key, why, help] of refused) if (some(keys[key])) throw requestNotOfferedError(key, why, help);
  if (body.background === true)
    throw requestNotOfferedError(
      "background",
      "isn't offered",
      "remove it, and read the response or its stream: nothing is stored",
    );
  const more = body.include?.find((one) => !nothingOf.has(one));
  if (more !== undefined)
    throw requestNotOfferedError(
      "include",
      `with \`${more.slice(0, 60)}\` is not supported`,
      more === "message.output_text.logprobs"
        ? "remove it, and use /v1/chat/completions with `logprobs` for probabilities"
        : "remove it: responses have only texts and function calls",
    );
}

const instructed = ({ instructions }: ResponsesRequestBody): readonly RequestMessage[] =>
  some(instructions) && instructions !== "" ? [{ role: "system", content: instructions }] : [];

/** Consecutive calls, and the assistant message before them, are one message, as chat templates expect. */
function messagesOf(input: ResponsesRequestBody["input"]): readonly RequestMessage[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  const messages: { message: RequestMessage; calls: Called[] }[] = [];
  const called = new Set<string>();
  for (const [i, item] of input.entries()) {
    const field = `input[${String(i)}]`;
    const is = item.type ?? "message";
    if (is === "function_call") {
      const call = callOf(item, field);
      called.add(call.id);
      const before = messages.at(-1);
      if (before?.message.role === "assistant") before.calls.push(call);
      else messages.push({ message: { role: "assistant", content: "" }, calls: [call] });
    } else
      messages.push({
        message: is === "message" ? itemMessage(item, field) : toolMessage(item, field, called),
        calls: [],
      });
  }
  return messages.map(({ message, calls }) => (calls.length === 0 ? message : { ...message, tool_calls: calls }));
}

function itemMessage({ role, content }: ResponseInputItem, field: string): RequestMessage {
  if (!some(role)) throw unlike(`${field}.role`, "is missing");
  if (!some(content)) throw unlike(`${field}.content`, "is missing");
  return { role, content: textIn(content, `${field}.content`) };
}

function callOf({ call_id: id, name, arguments: args }: ResponseInputItem, field: string): Called {
  if (!some(id)) throw unlike(`${field}.call_id`, "is missing");
  if (!some(name)) throw unlike(`${field}.name`, "is missing");
  if (!some(args)) throw unlike(`${field}.arguments`, "is missing");
  return { id, function: { name, arguments: args } };
}

/** The output of a tool call. Items of other types are refused. */
function toolMessage(
  { type, call_id: id, output }: ResponseInputItem,
  field: string,
  called: ReadonlySet<string>,
): RequestMessage {
  if (type === "item_reference")
    throw requestNotOfferedError(
      field,
      "refers to an earlier item",
      "send the item itself: nothing is stored here (AI SDK: `providerOptions: { openai: { store: false } }`)",
    );
  if (type !== "function_call_output")
    throw requestNotOfferedError(
      field,
      `is of the sort \`${String(type).slice(0, 60)}\``,
      "send messages, calls of functions and their outputs alone",
    );
  if (!some(id)) throw unlike(`${field}.call_id`, "is missing");
  if (!called.has(id)) throw unlike(`${field}.call_id`, "names no `function_call` before it");
  if (!some(output)) throw unlike(`${field}.output`, "is missing");
  return { role: "tool", tool_call_id: id, content: textIn(output, `${field}.output`) };
}

const TEXTS = new Set(["input_text", "output_text", "text"]);
function textIn(content: NonNullable<ResponseInputItem["content"]>, field: string): string {
  if (typeof content === "string") return content;
  const parts = content.map(({ type, text, refusal }, p) => {
    const here = TEXTS.has(type) ? text : type === "refusal" ? refusal : undefined;
    if (here !== undefined) return here;
    const place = `${field}[${String(p)}]`;
    throw requestNotOfferedError(
      place,
      "is no text",
      "send texts alone: models here read no pictures, files or sounds",
    );
  });
  return parts.join("\n");
}

function toolsOf({ tools }: ResponsesRequestBody): Chat["tools"] {
  return tools?.map(({ type, name, description, parameters }, i) => {
    const field = `tools[${String(i)}]`;
    if (type !== "function")
      throw requestNotOfferedError(
        field,
        `is of the sort \`${type.slice(0, 60)}\``,
        "send only functions, and run other tools yourself",
      );
    if (!some(name)) throw unlike(`${field}.name`, "is missing");
    return { type, function: { name, description, parameters } };
  });
}

function choiceOf({ tool_choice: choice }: ResponsesRequestBody): Chat["tool_choice"] {
  if (!some(choice) || typeof choice === "string") return choice;
  const { type, name } = choice;
  if (type !== "function")
    throw requestNotOfferedError(
      "tool_choice",
      `of the type \`${type.slice(0, 60)}\` is not supported`,
      "say `none`, `auto`, `required` or one function",
    );
  if (!some(name)) throw unlike("tool_choice.name", "is missing");
  return { type, function: { name } };
}

function formatOf({ text }: ResponsesRequestBody): Chat["response_format"] {
  const format = text?.format;
  if (format?.type !== "json_schema") return format && { type: format.type };
  if (!some(format.schema)) throw unlike("text.format.schema", "is missing");
  return { type: "json_schema", json_schema: { schema: format.schema } };
}
