/** Builds a first request to a served model, by its answer type (kernel/features/serve/http). */
import { shellWord } from "../../text/quoting.js";
import type { AnswerType } from "./model-type.js";

export interface ModelForExampleRequest {
  readonly name: string;
  readonly sort: AnswerType;
  readonly chats: boolean;
  readonly pairs: boolean;
}
const TEXT = "The parcel never came.";

export function exampleRequest({ name: model, sort, chats, pairs }: ModelForExampleRequest): {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
} {
  if (chats) {
    const messages = [{ role: "user", content: "Where is my parcel?" }];
    return { path: "/v1/chat/completions", body: { model, messages, max_tokens: 64 } };
  }
  const inferred = `/models/${encodeURIComponent(model)}`;
  switch (sort) {
    case "continues":
    case "rewrites":
      return { path: "/v1/completions", body: { model, prompt: TEXT, max_tokens: 32 } };
    case "embeds":
      return { path: "/v1/embeddings", body: { model, input: TEXT } };
    case "answers":
      return { path: inferred, body: { inputs: { question: "What never came?", context: TEXT } } };
    case "fills":
      return { path: inferred, body: { inputs: "The parcel [MASK] came." } };
    case "tags":
      return { path: inferred, body: { inputs: TEXT } };
    default:
      return { path: "/predict", body: { model, inputs: pairs ? [[TEXT, "It was lost."]] : TEXT } };
  }
}

/**
 * `key`: the API key as shell text; null if none is needed. `certificate`: one that `curl` may not know; null for its
 * defaults.
 */
export function curlCommand(
  model: ModelForExampleRequest,
  server: { readonly url: string; readonly key: string | null; readonly certificate: string | null },
): string {
  const { path, body } = exampleRequest(model);
  return [
    `curl -s ${server.url}${path}`,
    ...(server.certificate === null ? [] : [`--cacert ${shellWord(server.certificate)}`]),
    ...(server.key === null ? [] : [`-H "authorization: Bearer ${server.key}"`]),
    `-H "content-type: application/json"`,
    `-d ${shellWord(JSON.stringify(body))}`,
  ].join(" ");
}
