/**
 * Errors in the terms and format of the requested API: status, headers and body. Our code is in the header
 * `x-error-code` of each; OpenAI's own codes are in the bodies if there is one.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";

/** The API that a route belongs to. */
export type ApiDialect = "openai" | "tei" | "hugging-face";

interface Kind {
  readonly status: number;
  /** OpenAI's code for it. Defaults to ours. */
  readonly openai?: string;
}
const kinds: Readonly<Record<string, Kind>> = {
  "request-unlike": { status: 400 },
  "request-not-json": { status: 400 },
  "request-head": { status: 400 },
  "request-type": { status: 415 },
  "request-too-large": { status: 413 },
  "request-not-offered": { status: 400 },
  "too-many-texts": { status: 400 },
  "too-many-tokens": { status: 400 },
  "no-such-route": { status: 404 },
  "method-not-offered": { status: 405 },
  "bodies-full": { status: 503 },
  "api-key-missing": { status: 401, openai: "invalid_api_key" },
  "api-key-wrong": { status: 401, openai: "invalid_api_key" },
  "host-unknown": { status: 421 },
  "origin-unknown": { status: 403 },
  "rate-exceeded": { status: 429, openai: "rate_limit_exceeded" },
  "request-time": { status: 504 },
  "server-stops": { status: 503 },
  "server-fault": { status: 500 },
  "no-such-model": { status: 404, openai: "model_not_found" },
  "model-opening": { status: 503 },
  "model-cannot": { status: 400 },
  "queue-full": { status: 429, openai: "rate_limit_exceeded" },
  "text-too-long": { status: 400, openai: "context_length_exceeded" },
  "engine-died": { status: 503 },
  "engine-closed": { status: 503 },
  "writer-closed": { status: 503 },
  interrupted: { status: 503 },
  "schema-not-ready": { status: 503 },
  "schema-queue-full": { status: 429, openai: "rate_limit_exceeded" },
  // Texts that a task can't process, and conversations that a template can't render.
  "not-masked": { status: 400 },
  "pairs-expected": { status: 400 },
  "schema-unusable": { status: 400 },
  "conversation-refused": { status: 400 },
  "no-tools": { status: 400 },
  "no-such-tool": { status: 400 },
  "empty-prompt": { status: 400 },
  "no-template": { status: 400 },
  "token-unknown": { status: 400 },
  "no-prompt-likelihoods": { status: 400 },
  "no-room-to-generate": { status: 400, openai: "context_length_exceeded" },
  "texts-expected": { status: 400 },
  "no-room-for-context": { status: 400 },
  "questions-expected": { status: 400 },
  "no-generation": { status: 400 },
  "bad-conversation": { status: 400 },
  "template-refuses": { status: 400 },
};

/** Seconds until a retry makes sense, for codes without their own value. */
const again: Readonly<Record<string, number>> = {
  "queue-full": 1,
  "bodies-full": 1,
  "server-stops": 1,
  "model-opening": 1,
  "engine-died": 2,
  "engine-closed": 2,
  "writer-closed": 2,
  interrupted: 1,
  "schema-not-ready": 5,
  "schema-queue-full": 2,
};

export interface HttpFailure {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | null;
  readonly allow: readonly string[] | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Converts any exception: one without a code, or with a code that is not about requests, is a defect of the program or
 * its files; only the request's id is reported then.
 */
export function httpFailureOf(thrown: unknown, dialect: ApiDialect, id: string): HttpFailure {
  const isTold = thrown instanceof CodedError && Object.hasOwn(kinds, thrown.code);
  const error = isTold ? thrown : new CodedError("server-fault", { id });
  const { message, help } = diagnosticText(error);
  const code: string = error.code;
  const kind = kinds[code] ?? { status: 500 };
  const status = statusOf(error, kind, dialect);
  const { seconds } = error.data as { readonly seconds?: number };
  const waitSeconds = code === "model-opening" || code === "rate-exceeded" ? seconds : undefined;
  const retryAfter = waitSeconds ?? again[code] ?? null;
  const words = { message, help, field: placeOf(error), code, status, kind };
  const allow = code === "method-not-offered" ? (error.data as { readonly offered: readonly string[] }).offered : null;
  return { status, code, retryAfter, allow, body: shaped[dialect](words) };
}

function statusOf({ code, data }: CodedError, kind: Kind, dialect: ApiDialect): number {
  if (dialect === "tei" && (code === "text-too-long" || code === "too-many-texts")) return 413;
  // Several models are served and none is named: nothing was looked up.
  if (code === "no-such-model" && (data as { readonly name: unknown }).name === null) return 400;
  return kind.status;
}

/** The invalid key, if there is one. */
function placeOf({ code, data }: CodedError): string | null {
  if (code === "no-such-model") return "model";
  const { at: field } = data as { readonly at?: unknown };
  return typeof field === "string" ? field : null;
}

interface Words {
  readonly message: string;
  readonly help: string | undefined;
  readonly field: string | null;
  readonly code: string;
  readonly status: number;
  readonly kind: Kind;
}
const shaped: { readonly [D in ApiDialect]: (w: Words) => Readonly<Record<string, unknown>> } = {
  openai: ({ message, help, field, code, status, kind }) => ({
    error: {
      message: whole(message, help),
      type: typeOf(status),
      param: field,
      code: kind.openai ?? code,
    },
  }),
  tei: ({ message, help, code, status }) => ({
    error: whole(message, help),
    error_type: errorTypeOf(code, status),
    code,
  }),
  "hugging-face": ({ message, help, code }) => ({ error: whole(message, help), code }),
};

/** Joins message and help in a sentence. */
const whole = (message: string, help: string | undefined): string =>
  help === undefined ? message : `${message}: ${help}`;

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403 || status === 421) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}
function errorTypeOf(code: string, status: number): string {
  if (code === "queue-full" || code === "schema-queue-full" || code === "rate-exceeded") return "Overloaded";
  if (status === 401) return "Unauthorized";
  if (status === 403 || status === 421) return "Forbidden";
  if (status === 404 || status === 405) return "NotFound";
  if (status === 503) return "Unhealthy";
  return status < 500 ? "Validation" : "Backend";
}

/** Our codes for errors of Fastify. `mostBytes`: the limit of a body. */
export function codedErrorOf(error: unknown, mostBytes: number, { headers }: Pick<FastifyRequest, "headers">): unknown {
  if (error instanceof CodedError) return error;
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new CodedError("request-too-large", { most: mostBytes });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new CodedError("request-type", { type: headers["content-type"]?.slice(0, 100) ?? null });
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH")
    return new CodedError("request-not-json", { why: "its length differs from the declared one" });
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY") return new CodedError("request-not-json", { why: "it is empty" });
  if (code === "FST_ERR_BAD_URL" || code === "FST_ERR_MAX_PARAM_LENGTH")
    return new CodedError("no-such-route", { method: "ask", near: [] });
  return error;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** Sends a failure: its status, headers and body. */
export function sendFailure(reply: FastifyReply, { status, code, retryAfter, allow, body }: HttpFailure): FastifyReply {
  if (retryAfter !== null) reply.header("retry-after", String(retryAfter));
  if (allow !== null) reply.header("allow", allow.join(", "));
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply.code(status).header("x-error-code", code).serializer(JSON.stringify).type(JSON_TYPE).send(body);
}

/** Milliseconds for a client to read a response after which nothing more is read from it. */
const LINGER = 500;

/**
 * Rejects what is not a valid request: no HTTP, too slow, headers too large. `response`: the latest of the connection.
 */
export function refuseUnreadRequest(
  error: Error & { readonly code?: string },
  socket: Socket,
  response: ServerResponse | undefined,
): void {
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
  const body = JSON.stringify({ error: `the request cannot be read: ${what}`, code: "request-unread" });
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${String(length)}\r\n\r\n${body}`,
  );
  // Also closes connections of clients that neither read nor close.
  const late = setTimeout(() => socket.destroy(), LINGER);
  socket.once("close", () => clearTimeout(late));
}
