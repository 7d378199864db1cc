/** `/v1/rerank`, as in Cohere, Jina and vLLM: ranks texts by relevance to a query. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { RouteContext } from "../http/route-context.js";
import { truncatedField, newId } from "../openai/reply-parts.js";
import {
  optionalBoolean,
  jsonSchemaOf,
  nonEmptyList,
  optionalModelName,
  optionalIntegerBetween,
} from "../http/schema.js";
import { scoreRelevance } from "../tei/routes.js";

const body = v.looseObject({
  model: optionalModelName,
  query: v.string(),
  top_n: optionalIntegerBetween(1),
  return_documents: optionalBoolean,
  truncate: optionalBoolean,
  documents: nonEmptyList(v.union([v.string(), v.looseObject({ text: v.string() })])),
});
type Body = v.InferOutput<typeof body>;

const whole = v.pipe(v.number(), v.integer());
const replySchema = v.object({
  id: v.string(),
  model: v.string(),
  truncated: v.optional(whole),
  usage: v.object({ total_tokens: whole }),
  results: v.array(
    v.object({
      index: whole,
      relevance_score: v.number(),
      document: v.optional(v.object({ text: v.string() })),
    }),
  ),
});

export function rerankRoutes(app: FastifyInstance, context: RouteContext): void {
  const schema = { tags: ["Cohere, Jina"], summary: "Texts by how well they fit a query", body: jsonSchemaOf(body) };
  // Cohere's newer clients use the second.
  for (const [url, hide] of [
    ["/v1/rerank", false],
    ["/v2/rerank", true],
  ] as const)
    app.post<{ Body: Body }>(
      url,
      { config: { dialect: "openai", answers: { whole: replySchema } }, schema: { ...schema, hide } },
      (request, reply) => answer(context, request, reply, request.body),
    );
}

/** The best first; scores as in TEI's `/rerank`. */
async function answer(context: RouteContext, request: FastifyRequest, reply: FastifyReply, options: Body) {
  const { call } = request;
  const model = call.hold(context.models, options.model);
  const texts = options.documents.map((one) => (typeof one === "string" ? one : one.text));
  const { query, truncate } = options;
  const scores = await scoreRelevance(context, request, reply, {
    model,
    query,
    texts,
    field: "documents",
    truncate,
    raw: false,
  });
  const results = scores.map((score, index) => ({
    index,
    relevance_score: score,
    ...(options.return_documents === true && { document: { text: texts[index] ?? "" } }),
  }));
  results.sort((a, b) => b.relevance_score - a.relevance_score);
  return {
    id: newId("rerank-"),
    model: model.name,
    ...truncatedField(call.cut),
    results: results.slice(0, options.top_n ?? results.length),
    usage: { total_tokens: call.read },
  };
}
