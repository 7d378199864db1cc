/**
 * Checks the request's head for ambiguities between servers and proxies: a proxy may check one `Host` and this server
 * another, or both may see different ends of the body (RFC 9112, sections 3.2 and 6). Node's parser already rejects two
 * lengths, a length with a transfer coding, and HTTP/1.1 without `Host`.
 */
import type { IncomingMessage } from "node:http";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** If there are several, Node takes the first or joins them. */
const ONCE: ReadonlySet<string> = new Set(["host", "authorization", "x-api-key", "origin", "content-type"]);
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** `target`: the request's raw target. Coded error `request-head`. */
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
