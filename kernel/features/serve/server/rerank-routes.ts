/** `/v1/rerank`, as Cohere, Jina and vLLM have it: texts by how well they fit a query. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as v from "valibot";
import type { RouteContext } from "../http/route-context.js";
import { cutIn, idOf } from "../openai/reply-parts.js";
import { flag, jsonSchemaOf, list, named, wholeBetween } from "../http/schema.js";
import { fits } from "../tei/routes.js";

const body = v.looseObject({
  model: named,
  query: v.string(),
  top_n: wholeBetween(1),
  return_documents: flag,
  truncate: flag,
  documents: list(v.union([v.string(), v.looseObject({ text: v.string() })])),
});
type Body = v.InferOutput<typeof body>;

const whole = v.pipe(v.number(), v.integer());
const said = v.object({
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
  // Cohere's newer clients ask the second.
  for (const [url, hide] of [
    ["/v1/rerank", false],
    ["/v2/rerank", true],
  ] as const)
    app.post<{ Body: Body }>(
      url,
      { config: { dialect: "openai", answers: { whole: said } }, schema: { ...schema, hide } },
      (request, reply) => answer(context, request, reply, request.body),
    );
}

/** The best first; scores as TEI's `/rerank` tells them. */
async function answer(context: RouteContext, request: FastifyRequest, reply: FastifyReply, o: Body) {
  const { call } = request;
  const model = call.hold(context.models, o.model);
  const texts = o.documents.map((one) => (typeof one === "string" ? one : one.text));
  const { query, truncate } = o;
  const scores = await fits(context, request, reply, {
    model,
    query,
    texts,
    at: "documents",
    truncate,
    raw: false,
  });
  const results = scores.map((score, index) => ({
    index,
    relevance_score: score,
    ...(o.return_documents === true && { document: { text: texts[index] ?? "" } }),
  }));
  results.sort((a, b) => b.relevance_score - a.relevance_score);
  return {
    id: idOf("rerank-"),
    model: model.name,
    ...cutIn(call.cut),
    results: results.slice(0, o.top_n ?? results.length),
    usage: { total_tokens: call.read },
  };
}
