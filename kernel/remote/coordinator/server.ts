/**
 * HTTP server of a coordinator on one address. A request without the token gets 401 before its body is read. Headers,
 * bodies and files have limits of size and time, so that no client blocks the server or fills its memory.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { CodedError, textsOfCode } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import { parseJsonAs, SchemaMismatch, type Schema } from "../../fetch/json.js";
import { quoteNonFinite, unquoteNonFinite } from "../../runs/log-lines.js";
import {
  PATH_PREFIX,
  workerRequestSchemas,
  requestLimits,
  sha256Schema,
  type WorkerReplyBodies,
  type WorkerRequestBody,
  type WorkerRequestName,
  type ContentHash,
} from "./protocol.js";

/** The operations that workers call. An error is sent to the worker. */
export interface CoordinatorApi {
  answer<A extends WorkerRequestName>(
    requestName: A,
    body: WorkerRequestBody<A>,
    gone: AbortSignal,
  ): Promise<WorkerReplyBodies[A]>;
  /** Returns the path of an input file of the work. Throws the coded error `not-offered`. */
  offered(hash: string): ContentHash & { readonly path: string };
  /** Receives an announced file. */
  take(hash: string, body: IncomingMessage): Promise<void>;
}
/** Times in ms. */
export interface CoordinatorRequestTimeouts {
  /** For all headers of a request. */
  readonly headers: number;
  /** For a complete JSON body. */
  readonly body: number;
  /** Between two chunks of a file. */
  readonly piece: number;
}
export const defaultRequestTimeouts: CoordinatorRequestTimeouts = { headers: 10_000, body: 30_000, piece: 60_000 };

const STATUS: Readonly<Record<string, number>> = {
  "worker-token": 401,
  "worker-version": 409,
  "lease-lost": 410,
  "not-offered": 404,
  "request-refused": 400,
};

export class CoordinatorServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** `host`: the only address of this machine to listen on. */
  static async open(options: {
    readonly host: string;
    readonly port: number;
    readonly token: string;
    readonly api: CoordinatorApi;
    readonly patience?: CoordinatorRequestTimeouts;
  }): Promise<CoordinatorServer> {
    const wait = options.patience ?? defaultRequestTimeouts;
    const key = digest(options.token);
    const server = createServer(
      {
        headersTimeout: wait.headers,
        // No limit for the request as a unit, because files may take long; each body has a separate timer.
        requestTimeout: 0,
        connectionsCheckingInterval: Math.min(1000, wait.headers),
        keepAliveTimeout: 30_000,
        maxHeaderSize: 8192,
      },
      (request, response) => void serve(request, response, { api: options.api, key, wait }),
    );
    server.maxConnections = 4096;
    await new Promise<void>((listening, failed) => {
      server.once("error", failed);
      server.listen(options.port, options.host, listening);
    });
    const { port, address, family } = server.address() as AddressInfo;
    return new CoordinatorServer(server, `http://${family === "IPv6" ? `[${address}]` : address}:${String(port)}`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeAllConnections();
    await closed;
  }
}

interface Serving {
  readonly api: CoordinatorApi;
  readonly key: Buffer;
  readonly wait: CoordinatorRequestTimeouts;
}

async function serve(request: IncomingMessage, response: ServerResponse, options: Serving): Promise<void> {
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  try {
    if (!isAllowed(request, options.key)) throw new CodedError("worker-token", { url: "the coordinator" });
    await routed(request, response, options);
  } catch (error) {
    refuse(request, response, error);
  }
}

/** Compares in constant time. */
function isAllowed({ headers: { authorization = "" } }: IncomingMessage, key: Buffer): boolean {
  const given = /^Bearer ([\x21-\x7e]{1,512})$/.exec(authorization)?.[1] ?? "";
  return timingSafeEqual(digest(given), key);
}
const digest = (token: string): Buffer => createHash("sha256").update(token).digest();

async function routed(request: IncomingMessage, response: ServerResponse, options: Serving): Promise<void> {
  const { method = "", url = "" } = request;
  const what = url.startsWith(PATH_PREFIX) ? url.slice(PATH_PREFIX.length) : "";
  const requestName =
    method === "POST" && Object.hasOwn(workerRequestSchemas, what) ? (what as WorkerRequestName) : null;
  if (requestName) return answered(requestName, request, response, options);
  const hash = /^blobs\/(.*)$/.exec(what)?.[1];
  if (hash === undefined)
    throw new CodedError("request-refused", { why: `there is no ${method} ${url.slice(0, 200)}` });
  if (!v.is(sha256Schema, hash)) throw new CodedError("request-refused", { why: "a file is named by its SHA-256" });
  if (method === "GET") return give(hash, request, response, options);
  if (method !== "PUT")
    throw new CodedError("request-refused", { why: `a file must be requested by GET, not by ${method}` });
  request.setTimeout(options.wait.piece, () => request.destroy());
  await options.api.take(hash, request);
  say(response, 200, { taken: true });
}

async function answered<A extends WorkerRequestName>(
  requestName: A,
  request: IncomingMessage,
  response: ServerResponse,
  options: Serving,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const body = await bodyOf(request, options.wait.body);
  let ask: WorkerRequestBody<A>;
  try {
    ask = parseJsonAs(body, workerRequestSchemas[requestName] as Schema<WorkerRequestBody<A>>, unquoteNonFinite);
  } catch (error) {
    if (error instanceof SchemaMismatch) throw new CodedError("request-refused", { why: error.why }, { cause: error });
    throw error;
  }
  say(response, 200, await options.api.answer(requestName, ask, gone.signal));
}

/** Reads a body within limits of size and time. */
async function bodyOf(request: IncomingMessage, wait: number): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > requestLimits.body) throw tooLong();
  const chunks: Buffer[] = [];
  let had = 0;
  const late = setTimeout(
    () => request.destroy(new CodedError("request-refused", { why: "its body takes too long" })),
    wait,
  );
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      had += (chunk as Buffer).length;
      if (had > requestLimits.body) throw tooLong();
      chunks.push(chunk as Buffer);
    }
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(chunks).toString("utf8");
}
const tooLong = (): CodedError =>
  new CodedError("request-refused", { why: `its body is longer than ${String(requestLimits.body / 2 ** 20)} MiB` });

async function give(hash: string, request: IncomingMessage, response: ServerResponse, { api }: Serving): Promise<void> {
  const { path, bytes } = api.offered(hash);
  const from = Number(/^bytes=(\d{1,15})-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from > bytes) {
    response.writeHead(416).end();
    return;
  }
  response.writeHead(from > 0 ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": bytes - from,
    ...(from > 0 && { "content-range": `bytes ${String(from)}-${String(bytes - 1)}/${String(bytes)}` }),
  });
  if (from === bytes) {
    response.end();
    return;
  }
  // Sends no bytes beyond the announced size; if the file shrank, the connection ends early. The client compares the
  // hash.
  await pipeline(createReadStream(path, { start: from, end: bytes - 1 }), response).catch(() => response.destroy());
}

function say(response: ServerResponse, status: number, body: unknown): void {
  response.end(begun(response, status, body));
}

/** Sends status and headers. Returns the text of the body, which the caller sends. */
function begun(
  response: ServerResponse,
  status: number,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): string {
  const text = JSON.stringify(body, quoteNonFinite);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...more,
  });
  return text;
}

/**
 * Discards the rest of the body for a moment before closing: a client that is still sending would lose a response
 * otherwise.
 */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const coded = error instanceof CodedError;
  const failure = coded
    ? { code: error.code, data: error.data, message: textsOfCode(error.code, error.data).message }
    : { code: null, data: null, message: error instanceof Error ? error.message : String(error) };
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = (coded && STATUS[error.code]) || 500;
  if (request.complete) {
    say(response, status, { error: failure });
    return;
  }
  response.write(begun(response, status, { error: failure }, { connection: "close" }));
  const ended = setTimeout(() => {
    response.end();
    request.destroy();
  }, LINGER).unref();
  for (const over of ["end", "close"])
    request.once(over, () => {
      clearTimeout(ended);
      response.end();
    });
  request.resume();
}
/** Time in ms for which unread data is discarded. */
const LINGER = 1000;
