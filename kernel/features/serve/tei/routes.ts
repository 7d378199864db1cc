/** The API of Text Embeddings Inference: embeddings, labels, ranks and tokens. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { PredictionInput } from "../../../data/encoding/encoded.js";
import type { ServedModel } from "../contract.js";
import { modelCannotError } from "../model-types.js";
import {
  cosine,
  embedTexts,
  tokenVectorsOf,
  checkTextCount,
  predictTexts,
  countTokensRead,
  checkVectorWidth,
  type RouteContext,
} from "../http/route-context.js";
import { predictedNumber, rawScoresOf, labelScoresOf } from "../http/label-scores.js";
import { ESTIMATED_RESPONSE_BYTES, maxTokensOf } from "../http/memory-budget.js";
import { requestNotOfferedError } from "../openai/generation-request.js";
import { jsonSchemaOf } from "../http/schema.js";
import * as shapes from "./request-schemas.js";

const config = { dialect: "tei" } as const;
const tags = ["Text Embeddings Inference"];

export function teiRoutes(app: FastifyInstance, context: RouteContext): void {
  const { replySchemas } = shapes;
  app.post<{ Body: shapes.Embed }>(
    "/embed",
    routeOptions("Vectors of texts", shapes.embed, replySchemas.vectors),
    (request, reply) => answerEmbed(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.EmbedAll }>(
    "/embed_all",
    routeOptions("Vectors of all tokens of texts", shapes.embedAll, replySchemas.vectorsOfTokens),
    (request, reply) => answerEmbedAll(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Predict }>(
    "/predict",
    routeOptions("Labels of texts, or of pairs of texts", shapes.predict, replySchemas.classes, false),
    (request, reply) => answerPredict(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Rerank }>(
    "/rerank",
    routeOptions("Texts by how well they fit a query", shapes.rerank, replySchemas.ranks),
    (request, reply) => answerRerank(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Similarity }>(
    "/similarity",
    routeOptions("How like texts are to one", shapes.similarity, replySchemas.numbers),
    (request, reply) => {
      const { model: name, inputs, parameters } = request.body;
      const model = request.call.hold(context.models, name);
      return textSimilarities(context, request, reply, {
        model,
        source: inputs.source_sentence,
        others: inputs.sentences,
        field: "inputs.sentences",
        truncate: parameters?.truncate,
      });
    },
  );
  app.post<{ Body: shapes.Tokenize }>(
    "/tokenize",
    routeOptions("Tokens of texts", shapes.tokenize, replySchemas.tokens),
    (request) => answerTokenize(context, request, request.body),
  );
  app.post<{ Body: shapes.Decode }>(
    "/decode",
    routeOptions("Texts of tokens", shapes.decode, replySchemas.decoded),
    (request) => answerDecode(context, request, request.body),
  );
  app.get<{ Querystring: { model?: string } }>(
    "/info",
    {
      config: { ...config, answers: { whole: replySchemas.info } },
      schema: { tags, summary: "The model and its limits", querystring: jsonSchemaOf(shapes.info) },
    },
    (request) => infoOf(request.call.hold(context.models, request.query.model), context),
  );
}

type Schema = Parameters<typeof jsonSchemaOf>[0];
/** `written`: the response has a single form, and a compiled serializer writes it. */
function routeOptions(summary: string, body: Schema, whole: Schema, written = true) {
  const response = written ? { response: { 200: jsonSchemaOf(whole) } } : {};
  return {
    config: { ...config, answers: { whole } },
    schema: { tags, summary, body: jsonSchemaOf(body), ...response },
  };
}

async function answerEmbed(context: RouteContext, request: FastifyRequest, reply: FastifyReply, body: shapes.Embed) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "embeds") throw modelCannotError(model, "vectors");
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  checkTextCount("inputs", texts.length, context.limits);
  const { truncate } = body;
  await checkVectorWidth(request, { model, requested: body.dimensions });
  const answers = await embedTexts(context, request, reply, {
    model,
    texts,
    truncate,
    normalize: body.normalize ?? true,
  });
  return answers.map(({ vector }) => Array.from(vector));
}

/** Maximum numbers of a response: each takes about a dozen bytes. */
const NUMBERS = 2 ** 22;

async function answerEmbedAll(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  body: shapes.EmbedAll,
) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "embeds") throw modelCannotError(model, "vectors");
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  checkTextCount("inputs", texts.length, context.limits);
  const { truncate } = body;
  const answers = await tokenVectorsOf(context, request, reply, { model, texts, truncate, most: NUMBERS });
  if (answers === null)
    throw requestNotOfferedError(
      "inputs",
      `has vectors of more than ${String(NUMBERS)} numbers`,
      "send fewer texts at once",
    );
  return answers.map(({ vectors }) => vectors.map((vector) => Array.from(vector)));
}

async function answerPredict(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  body: shapes.Predict,
) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "labels" && model.sort !== "number")
    throw modelCannotError(model, `labels (use ${model.sort === "embeds" ? "/embed" : `/models/${model.name}`})`);
  const { texts, single } = textsIn(body.inputs, model);
  checkTextCount("inputs", texts.length, context.limits);
  const answers = await predictTexts(context, request, reply, { model, texts, truncate: body.truncate });
  const all = answers.map((answer) => {
    const scores = labelScoresOf(answer, model);
    return body.raw_scores === true ? rawScoresOf(scores, model) : scores;
  });
  return single ? (all[0] ?? []) : all;
}

/** A flat list is a pair if the model reads pairs; otherwise several texts. */
function textsIn(
  inputs: shapes.Predict["inputs"],
  { pairs }: ServedModel,
): { readonly texts: readonly PredictionInput[]; readonly single: boolean } {
  if (typeof inputs === "string") return { texts: [inputs], single: true };
  const flat = inputs.filter((one) => typeof one === "string");
  if (flat.length === inputs.length && pairs) return { texts: [askedOf(flat)], single: true };
  return { texts: inputs.map((one) => (typeof one === "string" ? one : askedOf(one))), single: false };
}
function askedOf(texts: readonly string[]): PredictionInput {
  const [first = "", second, ...more] = texts;
  if (more.length > 0)
    throw requestNotOfferedError(
      "inputs",
      "is a flat list of more than two texts",
      "write each pair as a list: [[a, b], [c, d]]",
    );
  return second === undefined ? first : [first, second];
}

async function answerRerank(context: RouteContext, request: FastifyRequest, reply: FastifyReply, body: shapes.Rerank) {
  const model = request.call.hold(context.models, body.model);
  const { query, texts, truncate } = body;
  const raw = body.raw_scores === true;
  const scores = await scoreRelevance(context, request, reply, { model, query, texts, field: "texts", truncate, raw });
  const ranks = scores.map((score, index) => ({
    index,
    score,
    ...(body.return_text === true && { text: texts[index] ?? "" }),
  }));
  return ranks.sort((a, b) => b.score - a.score);
}

/**
 * Relevance of each text to the query. For a model that scores both together, as in TEI: the sigmoid of the score, or
 * with `raw` the score itself; for an embedding model, the cosine.
 */
export async function scoreRelevance(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  options: {
    readonly model: ServedModel;
    readonly query: string;
    readonly texts: readonly string[];
    readonly field: string;
    readonly truncate: boolean | null | undefined;
    readonly raw: boolean;
  },
): Promise<readonly number[]> {
  const { model, query, texts, field, truncate, raw } = options;
  if (!model.ranks)
    return textSimilarities(context, request, reply, { model, source: query, others: texts, field, truncate });
  checkTextCount(field, texts.length, context.limits);
  const pairs = texts.map((text): PredictionInput => [query, text]);
  const answers = await predictTexts(context, request, reply, { model, texts: pairs, truncate });
  const numbers = answers.map(({ prediction }) => predictedNumber(prediction));
  return raw ? numbers : numbers.map((x) => 1 / (1 + Math.exp(-x)));
}

/** Cosines between one text's vector and those of others. */
export async function textSimilarities(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  options: {
    readonly model: ServedModel;
    readonly source: string;
    readonly others: readonly string[];
    readonly field: string;
    readonly truncate: boolean | null | undefined;
  },
): Promise<readonly number[]> {
  const { model, truncate } = options;
  if (model.sort !== "embeds") throw modelCannotError(model, "how like texts are");
  checkTextCount(options.field, options.others.length, context.limits);
  const texts = [options.source, ...options.others];
  const [source, ...others] = await embedTexts(context, request, reply, { model, texts, truncate, normalize: true });
  return source ? others.map(({ vector }) => cosine(source.vector, vector)) : [];
}

/** Maximum tokens of a response: each takes about a hundred bytes. */
const TOKENS = 65_536;

async function answerTokenize(context: RouteContext, { call }: FastifyRequest, body: shapes.Tokenize) {
  const model = call.hold(context.models, body.model);
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  checkTextCount("inputs", texts.length, context.limits);
  const { signal } = call;
  const specials = body.add_special_tokens ?? true;
  const most = texts.reduce((sum, text) => sum + maxTokensOf(text, TOKENS), 0);
  context.memory.take(call, Math.min(most, TOKENS) * ESTIMATED_RESPONSE_BYTES.told);
  const all = await call.within(model.tokenize(texts, { specials, most: TOKENS, signal }));
  if (all === null)
    throw requestNotOfferedError(
      "inputs",
      `has more than ${String(TOKENS)} tokens, the limit of one response`,
      "send less text",
    );
  countTokensRead(
    context,
    call,
    all.reduce((sum, one) => sum + one.length, 0),
  );
  return all;
}

async function answerDecode(context: RouteContext, { call }: FastifyRequest, body: shapes.Decode) {
  const model = call.hold(context.models, body.model);
  const [first] = body.ids;
  const ids = (typeof first === "number" ? [body.ids] : body.ids) as readonly (readonly number[])[];
  checkTextCount("ids", ids.length, context.limits);
  context.memory.take(call, ids.reduce((sum, { length }) => sum + length, 0) * ESTIMATED_RESPONSE_BYTES.token);
  const whole = ids.map((one) => Int32Array.from(one));
  return call.within(model.decode(whole, body.skip_special_tokens === false));
}

function infoOf(model: ServedModel, { limits }: RouteContext) {
  const entries = model.labels.map((label, i): [string, string] => [String(i), label]);
  const classes = {
    id2label: Object.fromEntries(entries),
    label2id: Object.fromEntries(entries.map(([id, label]) => [label, id])),
  };
  return {
    model_id: model.name,
    model_sha: null,
    model_dtype: "float32",
    model_type: model.sort === "embeds" ? { embedding: { pooling: "mean" } } : { classifier: classes },
    max_concurrent_requests: limits.queue,
    max_input_length: model.maxLength,
    max_batch_requests: null,
    max_batch_tokens: null,
    max_client_batch_size: limits.texts,
    auto_truncate: limits.truncate,
    tokenization_workers: 1,
    version: "tunebook",
    sort: model.sort,
  };
}
