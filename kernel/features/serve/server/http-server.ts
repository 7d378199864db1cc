/**
 * The HTTP server: every request on any route passes the same checks (host, origin, rate, key, body), has a call that
 * ends with it, and gets one log line and some metrics.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { HttpOptions } from "../contract.js";
import { acceptJsonBodies } from "../http/request-body.js";
import { HttpCall, ClientGoneError } from "../http/call.js";
import { registerOpenApi } from "../http/openapi-document.js";
import { checkRequestHead, LONGEST_PATH_SEGMENT, requestIdOf, routableUrl } from "../http/request-head.js";
import { refuseUnknownRoutes } from "../http/methods.js";
import { limitRate, clientNetworkOf } from "../http/clients.js";
import { codedErrorOf, httpFailureOf, refuseUnreadRequest, sendFailure, type ApiDialect } from "../http/failures.js";
import { huggingFaceRoutes } from "../hugging-face/routes.js";
import { requestLogFields } from "../http/request-log.js";
import { bodyMismatchError, compileValidator } from "../http/request-validator.js";
import { openaiRoutes } from "../openai/routes.js";
import { tunebookRoutes } from "./own-routes.js";
import { rerankRoutes } from "./rerank-routes.js";
import type { HttpServerParts, HttpTimeouts } from "./server-parts.js";
import { teiRoutes } from "../tei/routes.js";
import { reportUnreadKeys } from "../http/unsupported-keys.js";

declare module "fastify" {
  interface FastifyContextConfig {
    readonly dialect?: ApiDialect;
    /** Needs neither a key nor a rate limit. */
    readonly open?: boolean;
  }
}

export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const { o: options, doors, models, counts } = parts;
  const app = made(options, parts.patience);
  acceptJsonBodies(app, options.limits.body);
  hooks(app, parts);
  await registerOpenApi(app, doors.keyed);
  await limitRate(app, options.limits.rate);
  const context = { models, limits: options.limits, counts, memory: parts.memory };
  app.after(() => {
    openaiRoutes(app, context);
    teiRoutes(app, context);
    rerankRoutes(app, context);
    huggingFaceRoutes(app, context);
    tunebookRoutes(app, context, parts);
  });
  await app.ready();
  return app;
}

function made(options: HttpOptions, patience: HttpTimeouts): FastifyInstance {
  const shared = {
    logger: false,
    bodyLimit: options.limits.body,
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PATH_SEGMENT, ignoreTrailingSlash: true },
    rewriteUrl: ({ url }: { readonly url?: string | undefined }) => routableUrl(url ?? "/"),
    genReqId: requestIdOf,
    keepAliveTimeout: patience.idle,
    requestTimeout: patience.request,
    schemaErrorFormatter: bodyMismatchError,
    clientErrorHandler: (error: Error & { readonly code?: string }, socket: Socket) =>
      refuseUnreadRequest(error, socket, latest.get(socket)),
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const failure = httpFailureOf(codedErrorOf(error, options.limits.body, request), dialectOf(request), request.id);
      sendFailure(reply.headers(plain), failure);
    },
  } as const;
  const node = {
    headersTimeout: patience.headers,
    maxHeaderSize: 16_384,
    connectionsCheckingInterval: Math.min(1000, patience.headers),
  };
  const app = (options.tls
    ? fastify({
        ...shared,
        https: { ...node, ...options.tls, minVersion: "TLSv1.2", handshakeTimeout: patience.headers },
      })
    : fastify({ ...shared, http: node })) as unknown as FastifyInstance;
  app.setValidatorCompiler(compileValidator);
  app.server.maxConnections = 10_000;
  return app;
}

const plain = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
} as const;

function hooks(app: FastifyInstance, parts: HttpServerParts): void {
  const { doors, underWay } = parts;
  app.decorateRequest("call");
  app.addHook("onRequest", (request, reply, done) => {
    begins(request, reply, parts);
    try {
      checkRequestHead(request.raw, request.originalUrl);
      doors.look(request.raw);
      request.call.key = doors.keyOf(request.raw);
      request.call.client = request.call.key ?? clientNetworkOf(request.ip);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  // After the rate limit, so that keys can't be guessed quickly; before the body is read.
  app.addHook("preParsing", (request, _reply, _payload, done) => {
    try {
      if (request.routeOptions.config.open !== true && !request.is404) doors.wantKey(request.raw, request.call.key);
      const { body } = parts.o.limits;
      parts.memory.hold(request.call, Math.min(lengthOf(request) ?? body, body));
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook("preHandler", (request, reply, done) => {
    try {
      reportUnreadKeys(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook("onSend", (request, reply, payload, done) => {
    if (parts.stops()) reply.header("connection", "close");
    // The response stays in memory until it was sent.
    if (typeof payload === "string") parts.memory.answers(request.call, payload.length);
    done();
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof ClientGoneError) return reply.code(499).send();
    const failure = httpFailureOf(codedErrorOf(error, parts.o.limits.body, request), dialectOf(request), request.id);
    request.call.failed(error, failure);
    // The rest of a body is not read, so the connection is closed.
    if (!request.raw.complete || failure.code === "request-head") reply.header("connection", "close");
    return sendFailure(reply, failure);
  });
  refuseUnknownRoutes(app);
  app.addHook("onClose", () => underWay.close());
}
/** The latest response of each connection. */
const latest = new WeakMap<Socket, ServerResponse>();

function begins(request: FastifyRequest, reply: FastifyReply, parts: HttpServerParts): void {
  const call = new HttpCall();
  request.call = call;
  parts.underWay.add(call);
  reply.headers(plain);
  reply.header("x-request-id", request.id);
  const { socket } = request.raw;
  latest.set(socket, reply.raw);
  call.cutOff = () => void socket.destroy();
  // Node also emits this for a response whose connection was destroyed.
  reply.raw.once("finish", () => (call.answered = !socket.destroyed));
  // Also emitted if the client disconnects, without `finish`.
  reply.raw.once("close", () => ends(request, reply.raw, parts));
}

function ends(
  request: FastifyRequest,
  raw: ServerResponse,
  { underWay, counts, o: options, memory }: HttpServerParts,
): void {
  const { call } = request;
  if (!call.answered) call.stop(new ClientGoneError());
  underWay.delete(call);
  const ms = performance.now() - call.began;
  const route = request.routeOptions.url ?? "other";
  const status = statusOf(request, raw);
  const { read, written, model, began } = call;
  counts.done({ route, model, status, seconds: ms / 1000, read, written: written && { ...written, began } });
  if (options.log)
    options.log(
      requestLogFields(call, { id: request.id, method: request.method, route, status, ms, body: request.body }),
    );
  memory.release(call);
  call.release();
}

/** Length of its body according to the headers; null if they do not state it. */
function lengthOf({ headers }: FastifyRequest): number | null {
  if (headers["transfer-encoding"] !== undefined) return null;
  return Number(headers["content-length"] ?? 0);
}

/** The final status: for a response that failed after its first byte, not the 200 that was sent. */
function statusOf({ call, id }: FastifyRequest, { statusCode }: ServerResponse): number {
  if (call.gone) return 499;
  if (call.code === null && !call.answered)
    call.failed(call.signal.reason, httpFailureOf(call.signal.reason, "tei", id));
  return call.status ?? statusCode;
}

function dialectOf({ routeOptions, url }: FastifyRequest): ApiDialect {
  const known = routeOptions.config.dialect;
  if (known !== undefined) return known;
  return url.startsWith("/v1/") || url.includes("/v1/") ? "openai" : "hugging-face";
}
