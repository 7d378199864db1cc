/** OpenAI's API: chats, completions, embeddings and the list of models. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServedModel } from "../contract.js";
import { modelCannotError } from "../model-types.js";
import { embedTexts, checkTextCount, checkVectorWidth, type RouteContext } from "../http/route-context.js";
import { jsonSchemaOf } from "../http/schema.js";
import { truncatedField } from "./reply-parts.js";
import { requestNotOfferedError } from "./generation-request.js";
import { answerChat } from "./chat.js";
import { answerCompletion } from "./completions.js";
import * as responseSaid from "./response-reply-schemas.js";
import { response, type ResponsesRequestBody } from "./response-request-schemas.js";
import { answerResponsesRequest } from "./responses.js";
import * as said from "./reply-schemas.js";
import { chat, completion, embeddings, type Chat, type Completion, type Embeddings } from "./request-schemas.js";

const config = { dialect: "openai" } as const;
const tags = ["OpenAI"];

export function openaiRoutes(app: FastifyInstance, context: RouteContext): void {
  const chats = { tags, summary: "Chat completions", body: jsonSchemaOf(chat) };
  const completes = { tags, summary: "Text completions", body: jsonSchemaOf(completion) };
  const responds = { tags, summary: "Responses, without stored state", body: jsonSchemaOf(response) };
  // `/models/NAME/v1/…`: the path that Hugging Face's clients derive from a model's address.
  for (const [before, hidden] of [
    ["", false],
    ["/models/:model", true],
  ] as const) {
    app.post<{ Body: Chat; Params: Named }>(
      `${before}/v1/chat/completions`,
      {
        config: { ...config, answers: { whole: said.chat, event: said.chatChunk } },
        schema: { ...chats, hide: hidden },
      },
      (request, reply) => answerChat(context, request, reply, { body: request.body, name: nameIn(request) }),
    );
    app.post<{ Body: Completion; Params: Named }>(
      `${before}/v1/completions`,
      {
        config: { ...config, answers: { whole: said.completion, event: said.completionChunk } },
        schema: { ...completes, hide: hidden },
      },
      (request, reply) => answerCompletion(context, request, reply, { body: request.body, name: nameIn(request) }),
    );
    app.post<{ Body: ResponsesRequestBody; Params: Named }>(
      `${before}/v1/responses`,
      {
        config: { ...config, answers: { whole: responseSaid.response, event: responseSaid.responseEvent } },
        schema: { ...responds, hide: hidden },
      },
      (request, reply) =>
        answerResponsesRequest(context, request, reply, { body: request.body, name: nameIn(request) }),
    );
  }
  app.post<{ Body: Embeddings }>(
    "/v1/embeddings",
    {
      config: { ...config, answers: { whole: said.embeddings } },
      schema: { tags, summary: "Vectors of texts", body: jsonSchemaOf(embeddings) },
    },
    (request, reply) => answerEmbeddings(context, request, reply, request.body),
  );
  app.get(
    "/v1/models",
    { config: { ...config, answers: { whole: said.models } }, schema: { tags, summary: "Which models there are" } },
    () => ({
      object: "list",
      data: context.models.list().map(toldOf),
    }),
  );
  app.get<{ Params: { model: string } }>(
    "/v1/models/:model",
    { config: { ...config, answers: { whole: said.model } }, schema: { tags, summary: "One model" } },
    (request) => toldOf(request.call.hold(context.models, request.params.model)),
  );
}

interface Named {
  readonly model?: string;
}
const nameIn = ({ params }: FastifyRequest<{ Params: Named }>): string | null => params.model ?? null;

/** OpenAI's keys, vLLM's `root`, `parent` and `max_model_len`, and what our own page needs. */
function toldOf(model: ServedModel) {
  const { name: id, created, root, maxLength, sort, labels, pairs, ranks, chats, tools } = model;
  return {
    id,
    object: "model",
    created: Math.floor(created / 1000),
    owned_by: "tunebook",
    root: root ?? id,
    parent: root,
    max_model_len: maxLength,
    sort,
    labels,
    pairs,
    ranks,
    chats,
    tools,
  };
}

async function answerEmbeddings(context: RouteContext, request: FastifyRequest, reply: FastifyReply, body: Embeddings) {
  const model = request.call.hold(context.models, body.model);
  if (model.sort !== "embeds") throw modelCannotError(model, "vectors");
  const given = typeof body.input === "string" ? [body.input] : body.input;
  checkTextCount("input", given.length, context.limits);
  if (!given.every((text) => typeof text === "string"))
    throw requestNotOfferedError(
      "input",
      "as tokens is not supported",
      "send texts: tokens of another vocabulary would be other words here (LangChain: `check_embedding_ctx_length=False`)",
    );
  const { truncate } = body;
  await checkVectorWidth(request, { model, requested: body.dimensions });
  const answers = await embedTexts(context, request, reply, { model, texts: given, truncate, normalize: null });
  const tokens = answers.reduce((sum, one) => sum + one.tokens, 0);
  const encoded = body.encoding_format === "base64" ? base64 : numbers;
  return {
    object: "list",
    data: answers.map(({ vector }, index) => ({ object: "embedding", index, embedding: encoded(vector) })),
    ...truncatedField(request.call.cut),
    model: model.name,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

const numbers = (vector: Float32Array): readonly number[] => Array.from(vector);
/** Encodes little-endian 32-bit floats. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString("base64");
}
