/**
 * Keys of a body that its route does not read. Keys of other servers that would change the result are rejected; the
 * rest is ignored and named in the response header `x-ignored`.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** Keys of vLLM, Text Generation Inference and OpenAI, with what to write instead. */
const SHAPES = "write `response_format` with a JSON schema (/v1/chat/completions)";
const LEAVE = "remove it";
const changing: Readonly<Record<string, string>> = {
  guided_json: SHAPES,
  guided_regex: SHAPES,
  guided_choice: SHAPES,
  guided_grammar: SHAPES,
  structured_outputs: SHAPES,
  grammar: SHAPES,
  bad_words: "write `logit_bias` of their tokens",
  stop_token_ids: "write `stop`",
  ignore_eos: LEAVE,
  min_tokens: LEAVE,
  use_beam_search: LEAVE,
  length_penalty: LEAVE,
  prompt_logprobs: LEAVE,
  watermark: LEAVE,
  typical_p: LEAVE,
  top_n_tokens: LEAVE,
  decoder_input_details: LEAVE,
  truncate_prompt_tokens: "write `truncate`",
  continue_final_message: LEAVE,
  include_stop_str_in_output: LEAVE,
  chat_template: LEAVE,
  chat_template_kwargs: LEAVE,
  documents: LEAVE,
  adapter_id: "write its name as `model`",
  prompt_name: LEAVE,
};
const MOST = 16;

/** Coded error `request-not-offered`. */
export function reportUnreadKeys(request: FastifyRequest, reply: FastifyReply): void {
  const ignored = [...unreadIn(request.body, request.routeOptions.schema?.body, "")];
  if (ignored.length === 0) return;
  for (const path of ignored) {
    const key = path.slice(path.lastIndexOf(".") + 1);
    const help = Object.hasOwn(changing, key) ? changing[key] : undefined;
    if (help !== undefined) throw new CodedError("request-not-offered", { at: path, why: "isn't offered", help });
  }
  const paths = ignored.filter((path) => /^[\w.-]{1,60}$/.test(path)).slice(0, MOST);
  if (paths.length > 0) reply.header("x-ignored", paths.join(", "));
}

/** Includes keys of `parameters`. Null values are ignored. */
function* unreadIn(body: unknown, schema: unknown, before: string): Generator<string> {
  const known = isRecord(schema) ? schema["properties"] : undefined;
  if (!isRecord(body) || !isRecord(known)) return;
  for (const [key, value] of Object.entries(body)) {
    if (value === null || value === undefined || value === false) continue;
    if (!Object.hasOwn(known, key)) yield before + key;
    else if (key === "parameters") yield* unreadIn(value, objectIn(known[key]), "parameters.");
  }
}

function objectIn(schema: unknown): unknown {
  const ways = isRecord(schema) ? schema["anyOf"] : undefined;
  return Array.isArray(ways) ? ways.find((one) => isRecord(one) && isRecord(one["properties"])) : schema;
}
