/** A generation request from OpenAI's keys. Unsupported keys that would change the result are rejected. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Message, ToolDefinition } from "#stdlib/conversations/kind.js";
import type { ServingLimits, SamplingRequest, ServedModel, JsonOutputShape, GenerationRequest } from "../contract.js";
import { modelCannotError, writesTexts } from "../model-types.js";
import { checkTextCount, temperatureOf } from "../http/route-context.js";
import type { HttpCall } from "../http/call.js";
import type { Chat, Completion } from "./request-schemas.js";

type Common = Omit<GenerationRequest, "prompt">;

/** Keys of both endpoints. `most`: maximum tokens if the request has none. */
function common(body: Chat | Completion, call: HttpCall, limits: ServingLimits, most: number | undefined): Common {
  refuseWhat(body);
  const choices = body.n ?? 1;
  checkTextCount("n", choices, limits);
  const maxTokens = within(limits, most);
  return {
    signal: call.signal,
    client: call.client,
    ...(call.key !== null && { salt: call.key }),
    truncate: body.truncate ?? limits.truncate,
    stop: typeof body.stop === "string" ? [body.stop] : (body.stop ?? []),
    choices,
    sampling: samplingOf(body),
    ...(maxTokens !== undefined && { maxTokens }),
    ...shapeOf(body),
  };
}

function within({ maxTokens }: ServingLimits, requested: number | undefined): number | undefined {
  if (maxTokens === undefined) return requested;
  if (requested !== undefined && requested > maxTokens)
    throw new CodedError("too-many-tokens", { at: "max_tokens", asked: requested, most: maxTokens });
  return requested ?? maxTokens;
}

export const requestNotOfferedError = (field: string, why: string, help: string): CodedError =>
  new CodedError("request-not-offered", { at: field, why, help });

function refuseWhat(body: Chat | Completion): void {
  const { best_of: best, stream, stream_options: options } = body;
  if (best !== null && best !== undefined && best !== (body.n ?? 1))
    throw requestNotOfferedError(
      "best_of",
      "other than `n` is not supported",
      "remove it, and choose among `n` texts yourself",
    );
  if (options !== null && options !== undefined && stream !== true)
    throw requestNotOfferedError("stream_options", "is of streams alone", "remove it, or set `stream: true`");
  for (const key of ["functions", "function_call"])
    if (Object.hasOwn(body, key) && body[key] !== null)
      throw requestNotOfferedError(key, "is the older way to call tools", "write `tools` and `tool_choice`");
}

function samplingOf(body: Chat | Completion): SamplingRequest {
  const { temperature, top_p: topP, top_k: topK, min_p: minP, seed } = body;
  const { frequency_penalty: often, presence_penalty: there, repetition_penalty: again, logit_bias: bias } = body;
  return {
    ...(some(temperature) && { temperature: temperatureOf(temperature) }),
    ...(some(topP) && { topP }),
    ...(some(topK) && topK > 0 && { topK }),
    ...(some(minP) && { minP }),
    ...(some(seed) && { seed }),
    ...(some(often) && { frequencyPenalty: often }),
    ...(some(there) && { presencePenalty: there }),
    ...(some(again) && { repetitionPenalty: again }),
    ...(some(bias) && { bias: biasOf(bias) }),
  };
}
const some = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

function biasOf(bias: Readonly<Record<string, number>>): Readonly<Record<number, number>> {
  for (const id of Object.keys(bias))
    if (!/^\d{1,10}$/.test(id))
      throw new CodedError("request-unlike", { at: "logit_bias", why: "must have ids of tokens as keys" });
  return bias;
}

function shapeOf({ response_format: format }: Chat | Completion): { readonly shape?: JsonOutputShape } {
  if (!some(format) || format.type === "text") return {};
  if (format.type === "json_object") return { shape: { is: "json" } };
  const schema = format.json_schema?.schema;
  if (!schema) throw new CodedError("request-unlike", { at: "response_format.json_schema", why: "is missing" });
  return { shape: { is: "schema", schema } };
}

/** Coded errors `model-cannot`, `request-not-offered`, `too-many-tokens`, `too-many-texts`. */
export function chatGenerationRequest(
  body: Chat,
  model: ServedModel,
  call: HttpCall,
  limits: ServingLimits,
): GenerationRequest {
  if (!model.chats)
    throw modelCannotError(
      model,
      `a conversation${writesTexts(model.sort) ? " (its folder has no chat template; use /v1/completions)" : ""}`,
    );
  const { top_logprobs: top, logprobs } = body;
  if (some(top) && logprobs !== true)
    throw requestNotOfferedError("top_logprobs", "is of likelihoods alone", "remove it, or set `logprobs: true`");
  const most = body.max_completion_tokens ?? body.max_tokens ?? undefined;
  return {
    ...common(body, call, limits, most),
    prompt: body.messages.map(messageOf),
    ...toolsOf(body, model),
    ...(logprobs === true && { logprobs: top ?? 0 }),
  };
}

function messageOf({ role, content, name, tool_calls, tool_call_id }: Chat["messages"][number], i: number): Message {
  const field = `messages[${String(i)}]`;
  if (role !== "assistant" && !some(content))
    throw new CodedError("request-unlike", { at: `${field}.content`, why: "is missing" });
  return {
    // OpenAI's newer name of the system role, which chat templates don't know.
    role: role === "developer" ? "system" : role,
    content: textIn(content ?? "", field),
    ...(some(name) && { name }),
    ...(some(tool_call_id) && { tool_call_id }),
    ...(some(tool_calls) &&
      tool_calls.length > 0 && {
        tool_calls: tool_calls.map((call) => ({
          id: call.id,
          type: "function" as const,
          function: { name: call.function.name, arguments: call.function.arguments },
        })),
      }),
  };
}

function textIn(content: NonNullable<Chat["messages"][number]["content"]>, field: string): string {
  if (typeof content === "string") return content;
  const parts = content.map(({ type, text, refusal }, p) => {
    const value = type === "text" ? text : type === "refusal" ? refusal : undefined;
    if (value === undefined)
      throw requestNotOfferedError(
        `${field}.content[${String(p)}]`,
        "is no text",
        "send texts alone: models here read no pictures or sounds",
      );
    return value;
  });
  return parts.join("\n");
}

function toolsOf(body: Chat, model: ServedModel): Pick<GenerationRequest, "tools" | "toolChoice"> {
  const { tools: given, tool_choice: choice } = body;
  const tools = (given ?? []).map(({ function: f }): ToolDefinition => ({
    name: f.name,
    ...(some(f.description) && { description: f.description }),
    ...(some(f.parameters) && { parameters: f.parameters }),
  }));
  if (tools.length === 0) {
    if (some(choice) && choice !== "none" && choice !== "auto")
      throw new CodedError("request-unlike", { at: "tool_choice", why: "names a tool, and there are no `tools`" });
    return {};
  }
  if (choice === "none") return { tools, toolChoice: "none" };
  if (!model.tools) throw modelCannotError(model, "calls of tools (its chat template has none)");
  if (some(choice) && typeof choice === "object") {
    const { name } = choice.function;
    if (!tools.some((tool) => tool.name === name))
      throw new CodedError("request-unlike", { at: "tool_choice", why: "names none of `tools`" });
    return { tools, toolChoice: { name } };
  }
  return { tools, toolChoice: choice ?? "auto" };
}

/** OpenAI's default. */
const TOKENS = 16;

/** Prompts, each a text or tokens, and the options of each. */
export function completionGenerationRequests(
  body: Completion,
  model: ServedModel,
  call: HttpCall,
  limits: ServingLimits,
): { readonly prompts: readonly (string | Int32Array)[]; readonly ask: Common } {
  if (!writesTexts(model.sort)) throw modelCannotError(model, "a text to continue");
  if (some(body.suffix) && body.suffix !== "")
    throw requestNotOfferedError(
      "suffix",
      "isn't offered",
      "remove it: these models continue a text, and do not fill gaps",
    );
  const logprobs = body.logprobs === false ? undefined : (body.logprobs ?? undefined);
  const prompts = promptsOf(body.prompt);
  checkTextCount("prompt", prompts.length * (body.n ?? 1), limits);
  const ask = common(body, call, limits, body.max_tokens ?? Math.min(TOKENS, limits.maxTokens ?? TOKENS));
  const likely = logprobs !== undefined && { logprobs, promptLikelihoods: body.echo === true };
  return { prompts, ask: { ...ask, ...likely } };
}

function promptsOf(prompt: Completion["prompt"]): readonly (string | Int32Array)[] {
  if (typeof prompt === "string") return [prompt];
  const [first] = prompt;
  if (typeof first === "number") return [Int32Array.from(prompt as readonly number[])];
  return (prompt as readonly (string | readonly number[])[]).map((one) =>
    typeof one === "string" ? one : Int32Array.from(one),
  );
}
