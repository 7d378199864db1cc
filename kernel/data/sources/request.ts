/**
 * HTTP requests of sources whose path is an address, and the cache paths of the responses. Secrets are read from the
 * environment for the request only: neither cache names nor errors contain them.
 */
import { createHash } from "node:crypto";
import { hasCredentials, redactedAddress, parseStoredAddress } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import { isUserName } from "#dsl/language/types/values.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { secretOfCall, readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { isLocalUrl } from "#stdlib/network/loopback.js";
import { cachePath } from "../../fetch/cache.js";

/** Arguments of a source that only affect the request. */
export const REQUEST_ONLY_ARGUMENTS: ReadonlySet<string> = new Set(["token", "user", "query"]);

export interface SourceRequest {
  /** As written in the program. */
  readonly address: string;
  readonly sha256: string | null;
  /** Path in the cache. */
  readonly file: string;
  /** The stored address has lost its query, so the file can only come from the cache. */
  readonly cachedOnly: boolean;
  /** The request includes a secret from the environment. */
  readonly hasSecret: boolean;
  /** Returns the request with secrets from the environment. Coded errors `secret-missing`, `secret-malformed`. */
  sent(): { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

/**
 * Throws the coded errors `address-with-account`, `checksum-form`, `unsafe-address`, `unsafe-secret`, `user-form`,
 * `user-without-token`.
 */
export function sourceRequestOf(path: string, { arguments: given }: Call): SourceRequest {
  const { token, user, query } = given;
  const left = parseStoredAddress(path);
  const sha256 = typeof given["sha256"] === "string" ? given["sha256"].toLowerCase() : (left?.checksum ?? null);
  const url = redactedAddress(path);
  if (hasCredentials(path)) throw new CodedError("address-with-account", { key: "path", address: url });
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) throw new CodedError("checksum-form", { sha256 });
  const isPlain = !path.toLowerCase().startsWith("https:") && !isLocalUrl(path);
  if (isPlain && sha256 === null) throw new CodedError("unsafe-address", { url });
  const secrets = Object.entries({ token, query }).flatMap(([key, value]) =>
    isSecret(value) ? [`${key}: ${String(value.arguments["env"])}`] : [],
  );
  if (isPlain && secrets.length > 0) throw new CodedError("unsafe-secret", { url });
  if (typeof user === "string" && !isUserName(user)) throw new CodedError("user-form", { key: "user" });
  if (typeof user === "string" && !isSecret(token)) throw new CodedError("user-without-token", { user });
  return {
    address: path,
    sha256,
    file: downloadCachePath(path, sha256, secrets),
    cachedOnly: left !== null,
    hasSecret: secrets.length > 0,
    sent: () => ({
      url: isSecret(query) ? withQuery(path, wordOf(query)) : path,
      headers: isSecret(token) ? { authorization: authorization(token, user) } : {},
    }),
  };
}

/** With a checksum the cache key ignores the query, since the content is the same. */
export function downloadCachePath(address: string, sha256: string | null, secrets: readonly string[] = []): string {
  const from = sha256 === null ? [address, "", ...secrets] : [redactedAddress(address), sha256];
  const key = createHash("sha256").update(from.join("\n")).digest("hex").slice(0, 32);
  const name = (new URL(address).pathname.split("/").at(-1) ?? "").replace(/[^\w.-]/g, "_").replace(/^\.+/, "");
  return cachePath("files", key, name === "" ? "file" : name);
}

function isSecret(value: Value | undefined): value is Call {
  return isCall(value) && value.kind === "secret";
}
const wordOf = (secret: Call): string => readHeaderSecret(String(secret.arguments["env"]));

function authorization(token: Call, user: Value | undefined): string {
  if (typeof user !== "string") return `Bearer ${wordOf(token)}`;
  return `Basic ${Buffer.from(`${user}:${secretOfCall(token)}`).toString("base64")}`;
}

function withQuery(address: string, query: string): string {
  const url = new URL(address);
  url.search = [url.search.slice(1), query.replace(/^[?&]/, "")].filter((part) => part !== "").join("&");
  return url.href;
}
