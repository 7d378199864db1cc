/** HTTP as this machine wants it: proxies from the environment, extra certificates, redirects, credentials in a URL. */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { EnvHttpProxyAgent, interceptors, request, type Dispatcher } from "undici";
import { CodedError } from "#dsl/check/codes.js";
import { pipSettings } from "./pip.js";
import "./codes.js";

let shared: Dispatcher | undefined;

function dispatcher(): Dispatcher {
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
      return []; // A missing bundle is no reason to fail before the server's certificate is even seen.
    }
  });
  const tls = extra.length === 0 ? {} : { ca: [...rootCertificates, ...extra] };
  shared = new EnvHttpProxyAgent({
    connect: { timeout: 30_000, ...tls },
    requestTls: tls,
    proxyTls: tls,
    bodyTimeout: 60_000,
    headersTimeout: 60_000,
    keepAliveTimeout: 1_000,
  }).compose(interceptors.redirect({ maxRedirections: 5 }));
  return shared;
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** One GET; the answer's body is still to be read. Network trouble is the coded error `network-failed`. */
export async function get(url: string, options: GetOptions = {}): Promise<Dispatcher.ResponseData> {
  const { address, authorization } = credentials(url);
  try {
    return await request(address, {
      dispatcher: dispatcher(),
      headers: { "user-agent": "tunebook", ...authorization, ...options.headers },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (e) {
    if (options.signal?.aborted === true) throw e;
    throw new CodedError("network-failed", { url: withoutSecrets(url), why: reason(e) }, { cause: e });
  }
}

/** The text of a GET that must answer 200; null when the answer is 404. */
export async function getText(url: string, options: GetOptions = {}): Promise<{ text: string; type: string } | null> {
  const answer = await get(url, options);
  const text = await answer.body.text();
  if (answer.statusCode === 404) return null;
  if (answer.statusCode !== 200)
    throw new CodedError("network-failed", { url: withoutSecrets(url), why: `status ${String(answer.statusCode)}` });
  return { text, type: String(answer.headers["content-type"] ?? "") };
}

/** What a person can use of a network error. */
export function reason(e: unknown): string {
  const error = e as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const inner = e instanceof AggregateError ? (e.errors as Error[]).map((x) => x.message).join("; ") : "";
  return (
    [error.message || inner, error.cause?.message].filter((s) => s !== undefined && s !== "").join(": ") || String(e)
  );
}

export function withoutSecrets(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

function credentials(url: string): { address: string; authorization: Record<string, string> } {
  const parsed = new URL(url);
  if (parsed.username === "") return { address: url, authorization: {} };
  const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  parsed.username = parsed.password = "";
  return { address: parsed.href, authorization: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}
