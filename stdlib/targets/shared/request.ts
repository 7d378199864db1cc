/** A first request to a model that is served, by what it answers with (kernel/features/serve/http). */
import { shell } from "../../text/quoting.js";
import type { Sort } from "./model-type.js";

export interface AskedModel {
  readonly name: string;
  readonly sort: Sort;
  readonly chats: boolean;
  readonly pairs: boolean;
}
const TEXT = "The parcel never came.";

export function requestTo({ name: model, sort, chats, pairs }: AskedModel): {
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

/** `key`: as a shell writes it; null: none is needed. `certificate`: one that `curl` may not know; null: its own will do. */
export function curlOf(
  model: AskedModel,
  at: { readonly url: string; readonly key: string | null; readonly certificate: string | null },
): string {
  const { path, body } = requestTo(model);
  return [
    `curl -s ${at.url}${path}`,
    ...(at.certificate === null ? [] : [`--cacert ${shell(at.certificate)}`]),
    ...(at.key === null ? [] : [`-H "authorization: Bearer ${at.key}"`]),
    `-H "content-type: application/json"`,
    `-d ${shell(JSON.stringify(body))}`,
  ].join(" ");
}
