/** The interface of Text Embeddings Inference: vectors, labels, ranks and tokens. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Asked } from "../../../data/encoding/encoded.js";
import type { ServedModel } from "../contract.js";
import { modelCannot } from "../model-types.js";
import {
  cosine,
  embedded,
  embeddedAll,
  fewEnough,
  predicted,
  read,
  widthHeld,
  type RouteContext,
} from "../http/route-context.js";
import { numberIn, rawOf, scoresIn } from "../http/label-scores.js";
import { BYTES, tokensOf } from "../http/memory-budget.js";
import { notOffered } from "../openai/generation-request.js";
import { jsonSchemaOf } from "../http/schema.js";
import * as shapes from "./request-schemas.js";

const config = { dialect: "tei" } as const;
const tags = ["Text Embeddings Inference"];

export function teiRoutes(app: FastifyInstance, context: RouteContext): void {
  const { said } = shapes;
  app.post<{ Body: shapes.Embed }>("/embed", of("Vectors of texts", shapes.embed, said.vectors), (request, reply) =>
    answerEmbed(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.EmbedAll }>(
    "/embed_all",
    of("Vectors of all tokens of texts", shapes.embedAll, said.vectorsOfTokens),
    (request, reply) => answerEmbedAll(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Predict }>(
    "/predict",
    of("Labels of texts, or of pairs of texts", shapes.predict, said.classes, false),
    (request, reply) => answerPredict(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Rerank }>(
    "/rerank",
    of("Texts by how well they fit a query", shapes.rerank, said.ranks),
    (request, reply) => answerRerank(context, request, reply, request.body),
  );
  app.post<{ Body: shapes.Similarity }>(
    "/similarity",
    of("How like texts are to one", shapes.similarity, said.numbers),
    (request, reply) => {
      const { model: name, inputs, parameters } = request.body;
      const model = request.call.hold(context.models, name);
      return similarities(context, request, reply, {
        model,
        source: inputs.source_sentence,
        others: inputs.sentences,
        at: "inputs.sentences",
        truncate: parameters?.truncate,
      });
    },
  );
  app.post<{ Body: shapes.Tokenize }>("/tokenize", of("Tokens of texts", shapes.tokenize, said.tokens), (request) =>
    answerTokenize(context, request, request.body),
  );
  app.post<{ Body: shapes.Decode }>("/decode", of("Texts of tokens", shapes.decode, said.decoded), (request) =>
    answerDecode(context, request, request.body),
  );
  app.get<{ Querystring: { model?: string } }>(
    "/info",
    {
      config: { ...config, answers: { whole: said.info } },
      schema: { tags, summary: "What the model is, and its bounds", querystring: jsonSchemaOf(shapes.info) },
    },
    (request) => infoOf(request.call.hold(context.models, request.query.model), context),
  );
}

type Schema = Parameters<typeof jsonSchemaOf>[0];
/** `written`: the answer has one form alone, and is written by code that is compiled of it. */
function of(summary: string, body: Schema, whole: Schema, written = true) {
  const response = written ? { response: { 200: jsonSchemaOf(whole) } } : {};
  return {
    config: { ...config, answers: { whole } },
    schema: { tags, summary, body: jsonSchemaOf(body), ...response },
  };
}

async function answerEmbed(context: RouteContext, request: FastifyRequest, reply: FastifyReply, body: shapes.Embed) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "embeds") throw modelCannot(model, "vectors");
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  fewEnough("inputs", texts.length, context.limits);
  const { truncate } = body;
  await widthHeld(request, { model, asked: body.dimensions });
  const answers = await embedded(context, request, reply, {
    model,
    texts,
    truncate,
    normalize: body.normalize ?? true,
  });
  return answers.map(({ vector }) => Array.from(vector));
}

/** Most numbers of one answer: each takes a dozen bytes of it. */
const NUMBERS = 2 ** 22;

async function answerEmbedAll(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  body: shapes.EmbedAll,
) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "embeds") throw modelCannot(model, "vectors");
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  fewEnough("inputs", texts.length, context.limits);
  const { truncate } = body;
  const answers = await embeddedAll(context, request, reply, { model, texts, truncate, most: NUMBERS });
  if (answers === null)
    throw notOffered("inputs", `has vectors of more than ${String(NUMBERS)} numbers`, "send fewer texts at once");
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
    throw modelCannot(model, `labels (ask ${model.sort === "embeds" ? "/embed" : `/models/${model.name}`})`);
  const { texts, single } = textsIn(body.inputs, model);
  fewEnough("inputs", texts.length, context.limits);
  const answers = await predicted(context, request, reply, { model, texts, truncate: body.truncate });
  const all = answers.map((answer) => {
    const scores = scoresIn(answer, model);
    return body.raw_scores === true ? rawOf(scores, model) : scores;
  });
  return single ? (all[0] ?? []) : all;
}

/** A flat list is a pair where the model reads pairs; else so many texts. */
function textsIn(
  inputs: shapes.Predict["inputs"],
  { pairs }: ServedModel,
): { readonly texts: readonly Asked[]; readonly single: boolean } {
  if (typeof inputs === "string") return { texts: [inputs], single: true };
  const flat = inputs.filter((one) => typeof one === "string");
  if (flat.length === inputs.length && pairs) return { texts: [askedOf(flat)], single: true };
  return { texts: inputs.map((one) => (typeof one === "string" ? one : askedOf(one))), single: false };
}
function askedOf(texts: readonly string[]): Asked {
  const [first = "", second, ...more] = texts;
  if (more.length > 0)
    throw notOffered("inputs", "is a flat list of more than two texts", "write each pair as a list: [[a, b], [c, d]]");
  return second === undefined ? first : [first, second];
}

async function answerRerank(context: RouteContext, request: FastifyRequest, reply: FastifyReply, body: shapes.Rerank) {
  const model = request.call.hold(context.models, body.model);
  const { query, texts, truncate } = body;
  const raw = body.raw_scores === true;
  const scores = await fits(context, request, reply, { model, query, texts, at: "texts", truncate, raw });
  const ranks = scores.map((score, index) => ({
    index,
    score,
    ...(body.return_text === true && { text: texts[index] ?? "" }),
  }));
  return ranks.sort((a, b) => b.score - a.score);
}

/**
 * How well each text fits the query. Of a model that tells a number of both together, as TEI has it: what the logistic function
 * makes of it, or `raw` the number itself; of one that makes vectors, the cosine.
 */
export async function fits(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  o: {
    readonly model: ServedModel;
    readonly query: string;
    readonly texts: readonly string[];
    readonly at: string;
    readonly truncate: boolean | null | undefined;
    readonly raw: boolean;
  },
): Promise<readonly number[]> {
  const { model, query, texts, at, truncate, raw } = o;
  if (!model.ranks) return similarities(context, request, reply, { model, source: query, others: texts, at, truncate });
  fewEnough(at, texts.length, context.limits);
  const asked = texts.map((text): Asked => [query, text]);
  const answers = await predicted(context, request, reply, { model, texts: asked, truncate });
  const numbers = answers.map(({ prediction }) => numberIn(prediction));
  return raw ? numbers : numbers.map((x) => 1 / (1 + Math.exp(-x)));
}

/** Cosines of one text's vector and those of others. */
export async function similarities(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  o: {
    readonly model: ServedModel;
    readonly source: string;
    readonly others: readonly string[];
    readonly at: string;
    readonly truncate: boolean | null | undefined;
  },
): Promise<readonly number[]> {
  const { model, truncate } = o;
  if (model.sort !== "embeds") throw modelCannot(model, "how like texts are");
  fewEnough(o.at, o.others.length, context.limits);
  const texts = [o.source, ...o.others];
  const [source, ...others] = await embedded(context, request, reply, { model, texts, truncate, normalize: true });
  return source ? others.map(({ vector }) => cosine(source.vector, vector)) : [];
}

/** Most that are told in one answer: each takes a hundred bytes of it. */
const TOKENS = 65_536;

async function answerTokenize(context: RouteContext, { call }: FastifyRequest, body: shapes.Tokenize) {
  const model = call.hold(context.models, body.model);
  const texts = typeof body.inputs === "string" ? [body.inputs] : body.inputs;
  fewEnough("inputs", texts.length, context.limits);
  const { signal } = call;
  const specials = body.add_special_tokens ?? true;
  const most = texts.reduce((sum, text) => sum + tokensOf(text, TOKENS), 0);
  context.memory.take(call, Math.min(most, TOKENS) * BYTES.told);
  const all = await call.within(model.tokenize(texts, { specials, most: TOKENS, signal }));
  if (all === null)
    throw notOffered("inputs", `has more than ${String(TOKENS)} tokens, which are told at once`, "send less text");
  read(
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
  fewEnough("ids", ids.length, context.limits);
  context.memory.take(call, ids.reduce((sum, { length }) => sum + length, 0) * BYTES.token);
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
