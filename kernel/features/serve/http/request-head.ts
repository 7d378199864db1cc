/**
 * The head of a request: its id, its path for the router, and a check for ambiguities between servers and proxies. A
 * proxy may check one `Host` and this server another, or both may see different ends of the body (RFC 9112, sections 3.2
 * and 6). Node's parser already rejects two lengths, a length with a transfer coding, and HTTP/1.1 without `Host`.
 */
import { randomBytes } from "node:crypto";
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

/** Maximum characters of a path segment. */
export const LONGEST_PATH_SEGMENT = 512;
/** Maps URLs that the router itself would reject to an unknown path, so that they pass the same checks. */
export function routableUrl(url: string): string {
  const [path = ""] = url.split("?", 1);
  if (path.length <= LONGEST_PATH_SEGMENT && !path.includes("%")) return url;
  try {
    if (path.split("/").every((part) => decodeURIComponent(part).length <= LONGEST_PATH_SEGMENT)) return url;
  } catch {
    // Not a valid path.
  }
  return path.includes("/v1/") ? "/v1/." : "/.";
}

const here = randomBytes(5).toString("hex");
let requests = 0;
/** The client's own id if it has a safe format. */
export function requestIdOf({ headers: { "x-request-id": given } }: Pick<IncomingMessage, "headers">): string {
  if (typeof given === "string" && /^[\w.:-]{1,128}$/.test(given)) return given;
  return `${here}-${(requests++).toString(36)}`;
}
