/**
 * The HTTP server: every request on any route passes the same checks (host, origin, rate, key, body), has a call that
 * ends with it, and gets one log line and some metrics.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { HttpOptions } from "../contract.js";
import { parseJsonBody } from "../http/request-body.js";
import { HttpCall, ClientGoneError } from "../http/call.js";
import { openApiOptions } from "../http/openapi-document.js";
import { checkRequestHead } from "../http/request-head.js";
import { routeMethodsOf } from "../http/methods.js";
import { networkOf } from "../http/network.js";
import { httpFailureOf, type ApiDialect, type HttpFailure } from "../http/failures.js";
import { huggingFaceRoutes } from "../hugging-face/routes.js";
import { requestLogFields } from "../http/request-log.js";
import { compileValidator } from "../http/request-validator.js";
import { openaiRoutes } from "../openai/routes.js";
import { tunebookRoutes } from "./own-routes.js";
import { rerankRoutes } from "./rerank-routes.js";
import { bodyMismatchError } from "../http/schema.js";
import type { HttpServerParts, HttpTimeouts } from "./server-parts.js";
import { teiRoutes } from "../tei/routes.js";
import { reportUnreadKeys } from "../http/unread-keys.js";

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
  reads(app, options);
  hooks(app, parts);
  await app.register(swagger, openApiOptions(doors.keyed));
  const { rate } = options.limits;
  if (rate > 0)
    await app.register(rateLimit, {
      max: rate,
      timeWindow: 60_000,
      hook: "onRequest",
      cache: 10_000,
      // Separate limit for /metrics, so that monitoring does not use up the client's requests.
      keyGenerator: ({ call, routeOptions: { url } }) => `${url === "/metrics" ? "figures " : ""}${call.client}`,
      errorResponseBuilder: (_, { ttl }) =>
        new CodedError("rate-exceeded", { most: rate, seconds: Math.max(1, Math.ceil(ttl / 1000)) }),
    });
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
    routerOptions: { maxParamLength: LONGEST, ignoreTrailingSlash: true },
    rewriteUrl: ({ url }: { readonly url?: string | undefined }) => routed(url ?? "/"),
    genReqId: idOf,
    keepAliveTimeout: patience.idle,
    requestTimeout: patience.request,
    schemaErrorFormatter: bodyMismatchError,
    clientErrorHandler: refuseUnread,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const failure = httpFailureOf(codedOf(error, options, request), dialectOf(request), request.id);
      refused(reply.headers(plain), failure);
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

/** Maximum characters of a path segment. */
const LONGEST = 512;
/** Maps URLs that the router itself would reject to an unknown path, so that they pass the same checks. */
function routed(url: string): string {
  const [path = ""] = url.split("?", 1);
  if (path.length <= LONGEST && !path.includes("%")) return url;
  try {
    if (path.split("/").every((part) => decodeURIComponent(part).length <= LONGEST)) return url;
  } catch {
    // Not a valid path.
  }
  return path.includes("/v1/") ? "/v1/." : "/.";
}

const here = randomBytes(5).toString("hex");
let requests = 0;
/** The client's own id if it has a safe format. */
function idOf({ headers: { "x-request-id": given } }: Pick<IncomingMessage, "headers">): string {
  if (typeof given === "string" && /^[\w.:-]{1,128}$/.test(given)) return given;
  return `${here}-${(requests++).toString(36)}`;
}

function reads(app: FastifyInstance, { limits }: HttpOptions): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i,
    { parseAs: "buffer", bodyLimit: limits.body },
    (request, body, done) => {
      const { "content-encoding": coding, "content-type": type = "" } = request.headers;
      const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1];
      if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
        done(new CodedError("request-type", { type: type.slice(0, 100) }));
        return;
      }
      if (coding !== undefined && coding !== "identity") {
        done(new CodedError("request-type", { type: String(coding).slice(0, 60) }));
        return;
      }
      try {
        done(null, parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
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
      request.call.client = request.call.key ?? networkOf(request.ip);
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
    const failure = httpFailureOf(codedOf(error, parts.o, request), dialectOf(request), request.id);
    request.call.failed(error, failure);
    // The rest of a body is not read, so the connection is closed.
    if (!request.raw.complete || failure.code === "request-head") reply.header("connection", "close");
    return refused(reply, failure);
  });
  const methods = routeMethodsOf(app);
  app.setNotFoundHandler((request) => {
    const method = request.method.slice(0, 20);
    const offered = methods(request.url.split("?", 1)[0] ?? "");
    if (offered.length > 0) throw new CodedError("method-not-offered", { method, offered });
    throw new CodedError("no-such-route", { method, near: nearTo(request) });
  });
  app.addHook("onClose", () => underWay.close());
}
const JSON_TYPE = "application/json; charset=utf-8";

function refused(reply: FastifyReply, { status, code, retryAfter, allow, body }: HttpFailure): FastifyReply {
  if (retryAfter !== null) reply.header("retry-after", String(retryAfter));
  if (allow !== null) reply.header("allow", allow.join(", "));
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(status).header("x-error-code", code).serializer(JSON.stringify).type(JSON_TYPE).send(body);
}

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

/** Our codes for errors of Fastify. */
function codedOf(error: unknown, { limits }: HttpOptions, { headers }: FastifyRequest): unknown {
  if (error instanceof CodedError) return error;
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new CodedError("request-too-large", { most: limits.body });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new CodedError("request-type", { type: headers["content-type"]?.slice(0, 100) ?? null });
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH")
    return new CodedError("request-not-json", { why: "it is not as long as it says" });
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY") return new CodedError("request-not-json", { why: "it is empty" });
  if (code === "FST_ERR_BAD_URL" || code === "FST_ERR_MAX_PARAM_LENGTH")
    return new CodedError("no-such-route", { method: "ask", near: [] });
  return error;
}

function dialectOf({ routeOptions, url }: FastifyRequest): ApiDialect {
  const known = routeOptions.config.dialect;
  if (known !== undefined) return known;
  return url.startsWith("/v1/") || url.includes("/v1/") ? "openai" : "hugging-face";
}

/** Milliseconds for a client to read a response after which nothing more is read from it. */
const LINGER = 500;

const latest = new WeakMap<Socket, ServerResponse>();

/** Rejects what is not a valid request: no HTTP, too slow, headers too large. */
function refuseUnread(error: Error & { readonly code?: string }, socket: Socket): void {
  const response = latest.get(socket);
  // The request with this body already has a response: the client would take a second one for that of its next request.
  if (response?.headersSent === true && !response.req.complete) {
    socket.destroySoon();
    return;
  }
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, what] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? (["431 Request Header Fields Too Large", "its headers are too long"] as const)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? (["408 Request Timeout", "it takes too long"] as const)
        : (["400 Bad Request", "it is no HTTP"] as const);
  const body = JSON.stringify({ error: `the request can't be read: ${what}`, code: "request-unread" });
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${String(length)}\r\n\r\n${body}`,
  );
  // Also closes connections of clients that neither read nor close.
  const late = setTimeout(() => socket.destroy(), LINGER);
  socket.once("close", () => clearTimeout(late));
}

const posts = [
  "POST /v1/chat/completions",
  "POST /v1/responses",
  "POST /v1/embeddings",
  "POST /predict",
  "POST /models/NAME",
];
function nearTo({ url }: FastifyRequest): readonly string[] {
  const first = url.split(/[/?]/)[1] ?? "";
  const near = posts.filter((route) => first !== "" && route.includes(`/${first}`));
  return near.length === 0 ? posts : near;
}
