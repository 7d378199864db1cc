/**
 * HTTP with this machine's settings: proxies from the environment, extra certificates, redirects, credentials in a URL.
 */
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLocalUrl } from "#stdlib/network/loopback.js";
import { pipSettings } from "./pip.js";

/** Loaded at the first request: most sessions need no network. */
const undici = () => import("undici");
interface Dispatchers {
  readonly plain: Dispatcher;
  readonly following: Dispatcher;
}
let shared: Dispatchers | undefined;
const TIMES = { bodyTimeout: 60_000, headersTimeout: 60_000, keepAliveTimeout: 1_000 } as const;
let straight: Dispatcher | undefined;

/** All requests use these dispatchers; `following` follows redirects. */
async function dispatchers(): Promise<Dispatchers> {
  const { EnvHttpProxyAgent, interceptors } = await undici();
  if (shared) return shared;
  const files = [
    process.env["NODE_EXTRA_CA_CERTS"],
    process.env["SSL_CERT_FILE"],
    process.env["REQUESTS_CA_BUNDLE"],
    pipSettings().certificates,
  ];
  const extra = [...new Set(files)].flatMap((file) => {
    if (file === undefined || file === "") return [];
    try {
      return [readFileSync(file, "utf8")];
    } catch {
      return []; // A missing bundle is no reason to fail before the server's certificate is checked.
    }
  });
  const tls = extra.length === 0 ? {} : { ca: [...rootCertificates, ...extra] };
  const plain = new EnvHttpProxyAgent({
    connect: { timeout: 30_000, ...tls },
    requestTls: tls,
    proxyTls: tls,
    ...TIMES,
  });
  shared = { plain, following: plain.compose(following(interceptors.redirect({ maxRedirections: 5 }))) };
  return shared;
}

type Interceptor = Dispatcher.DispatcherComposeInterceptor;
/**
 * Follows redirects, but none from https to http, and none from this machine to http on another machine, whether or not
 * a checksum is known: anyone on the network could read the request. undici sends no `Authorization` and no cookie to
 * another origin.
 */
function following(redirect: Interceptor): Interceptor {
  return (dispatch) => (first, handler) => {
    let secure: string | null = null;
    let here: string | null = null;
    const demandSecure: Dispatcher["dispatch"] = (options, handlers) => {
      const url = new URL(options.path, options.origin).href;
      if (url.startsWith("https:")) secure = url;
      else {
        const from = secure ?? (isLocalUrl(url) ? null : here);
        if (from !== null) throw new CodedError("insecure-redirect", { from: redactedUrl(from), to: redactedUrl(url) });
        if (isLocalUrl(url)) here = url;
      }
      return dispatch(options, handlers);
    };
    return redirect(demandSecure)(first, handler);
  };
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bypasses all proxies and follows no redirects: the headers are for this address only. */
  readonly direct?: true | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a GET; the response's body is not read yet. Network errors become the coded error `network-failed`. */
export async function httpGet(url: string, options: GetOptions = {}): Promise<Dispatcher.ResponseData> {
  const { Agent } = await undici();
  const by = options.direct ? (straight ??= new Agent(TIMES)) : (await dispatchers()).following;
  return ask(url, "GET", by, options);
}

/**
 * Sends a JSON POST and returns the first response, without following redirects. `patience`: milliseconds without a
 * byte. Coded error `network-failed`.
 */
export async function postJson(
  url: string,
  body: unknown,
  { patience, ...options }: GetOptions & { readonly patience: number },
): Promise<Dispatcher.ResponseData> {
  const headers = { "content-type": "application/json", ...options.headers };
  const requestOptions = { body: JSON.stringify(body), headersTimeout: patience, bodyTimeout: patience };
  return ask(url, "POST", (await dispatchers()).plain, { ...options, headers }, requestOptions);
}

export interface SendOptions extends GetOptions {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly body?: string | Readable;
  /** Maximum milliseconds without a byte. */
  readonly patience: number;
}
/** Sends any request and returns the first response: redirects are not followed. Coded error `network-failed`. */
export async function httpSend(
  url: string,
  { method, body, patience, ...options }: SendOptions,
): Promise<Dispatcher.ResponseData> {
  const requestOptions = { headersTimeout: patience, bodyTimeout: patience, ...(body !== undefined && { body }) };
  return ask(url, method, (await dispatchers()).plain, options, requestOptions);
}

/** Sends a HEAD and returns the first response: redirects are not followed. Coded error `network-failed`. */
export async function httpHead(url: string, options: GetOptions = {}): Promise<Dispatcher.ResponseData> {
  const answer = await ask(url, "HEAD", (await dispatchers()).plain, options);
  await answer.body.dump();
  return answer;
}

async function ask(
  url: string,
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH",
  dispatcher: Dispatcher,
  options: GetOptions,
  requestOptions: Pick<Dispatcher.RequestOptions, "body" | "headersTimeout" | "bodyTimeout"> = {},
): Promise<Dispatcher.ResponseData> {
  const { request } = await undici();
  try {
    const { address, authorization } = credentials(url);
    return await request(address, {
      ...requestOptions,
      method,
      dispatcher,
      headers: { "user-agent": "tunebook", ...authorization, ...options.headers },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (e) {
    if (options.signal?.aborted === true || e instanceof CodedError) throw e;
    throw new CodedError("network-failed", { url: redactedUrl(url), why: networkErrorReason(e) }, { cause: e });
  }
}

/** Maximum bytes of a response that is read as text: the largest pages of package indexes have some megabytes. */
const LONGEST = 64 * 2 ** 20;

/** Reads a response's text. Coded error `untrusted-answer` if it is too long. */
export async function responseText(url: string, answer: Dispatcher.ResponseData, longest = LONGEST): Promise<string> {
  const chunks: Buffer[] = [];
  let had = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk as Buffer);
    had += (chunk as Buffer).length;
    if (had > longest)
      throw new CodedError("untrusted-answer", {
        url: redactedUrl(url),
        what: "a page of a size",
        value: `more than ${String(longest)} bytes`,
      });
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The text of a GET that must return 200; null for 404. */
export async function getText(url: string, options: GetOptions = {}): Promise<{ text: string; type: string } | null> {
  const answer = await httpGet(url, options);
  const text = await responseText(url, answer).catch((e: unknown) => {
    if (options.signal?.aborted === true || e instanceof CodedError) throw e;
    throw new CodedError("network-failed", { url: redactedUrl(url), why: networkErrorReason(e) }, { cause: e });
  });
  if (answer.statusCode === 404) return null;
  if (answer.statusCode !== 200)
    throw new CodedError("network-failed", { url: redactedUrl(url), why: `status ${String(answer.statusCode)}` });
  return { text, type: String(answer.headers["content-type"] ?? "") };
}

/** The part of a network error that is useful to a person. */
export function networkErrorReason(e: unknown): string {
  const error = e as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const inner = e instanceof AggregateError ? (e.errors as Error[]).map((x) => x.message).join("; ") : "";
  return (
    [error.message || inner, error.cause?.message].filter((s) => s !== undefined && s !== "").join(": ") || String(e)
  );
}

function credentials(url: string): { address: string; authorization: Record<string, string> } {
  const parsed = new URL(url);
  if (parsed.username === "") return { address: url, authorization: {} };
  const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  parsed.username = parsed.password = "";
  return { address: parsed.href, authorization: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}
