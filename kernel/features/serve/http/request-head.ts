/**
 * The head of a request, where servers and proxies may read it differently: a proxy may check one `Host` and this server
 * another, or both may see different ends of the body (RFC 9112, sections 3.2 and 6). Node's parser already refuses two
 * lengths, a length beside a transfer coding, and HTTP/1.1 without `Host`.
 */
import type { IncomingMessage } from "node:http";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Node takes the first of several, or joins them. */
const ONCE: ReadonlySet<string> = new Set(["host", "authorization", "x-api-key", "origin", "content-type"]);
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** `target`: the request's target as it was sent. Coded error `request-head`. */
export function checkRequestHead({ rawHeaders, headers, httpVersion }: IncomingMessage, target: string): void {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) throw new CodedError("request-head", { why: `has two \`${name}\` headers` });
    seen.add(name);
  }
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || httpVersion === "1.0"))
    throw new CodedError("request-head", { why: "has a transfer coding other than `chunked` of HTTP/1.1" });
  const authority = ABSOLUTE.exec(target)?.[1];
  if (authority !== undefined && authority.toLowerCase() !== (headers.host ?? "").toLowerCase())
    throw new CodedError("request-head", { why: "names one host in its target and another in `Host`" });
}
