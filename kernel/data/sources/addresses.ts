/**
 * Turns sources into calls that read local files. Data sets of a hub, and folders in the same format, become their
 * files and splits. A file with an internet address is downloaded once into the cache and verified against its
 * checksum. Without one, the checksum found is reported, since an address may change its contents.
 */
import { existsSync } from "node:fs";
import { copyFile, link } from "node:fs/promises";
import { dirname } from "node:path";
import { redactedUrl, hasUrlCredentials, parseStoredUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { registry as whole } from "#stdlib/registry.js";
import { isSourceCall } from "../rows/rows.js";
import type { WithheldFetches } from "../../host/host-context.js";
import { fetchFile, isFileIntact, sha256Of } from "../../fetch/file.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { rememberChecksum } from "./checksums.js";
import { resolveHubData, requestedSplit } from "./hub/expand.js";
import { createHash } from "node:crypto";
import { isCall } from "#dsl/compiler/plan/value.js";
import { isUserName } from "#dsl/language/types/values.js";
import { secretOfCall, readHeaderSecret } from "#stdlib/secrets/shared/secret-value.js";
import { isLocalUrl } from "#stdlib/network/loopback.js";
import { cachePath } from "../../fetch/cache.js";

// HTTP requests of sources whose path is an address, and the cache paths of the responses. Secrets are read from the
// environment for the request only: neither cache names nor errors contain them.

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
  const left = parseStoredUrl(path);
  const sha256 = typeof given["sha256"] === "string" ? given["sha256"].toLowerCase() : (left?.checksum ?? null);
  const url = redactedUrl(path);
  if (hasUrlCredentials(path)) throw new CodedError("address-with-account", { key: "path", address: url });
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
  const from = sha256 === null ? [address, "", ...secrets] : [redactedUrl(address), sha256];
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

export function isHttpAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

interface Fetched {
  readonly source: DataPlan["source"];
  /** Origin of the rows, if it must be reported (`DataFacts.sources`). */
  readonly sources: readonly string[];
  readonly notes: readonly string[];
}

export interface SourceFetchOptions {
  /** The notebook's folder. */
  readonly folder: string;
  /** Whether the plan divides the rows itself. */
  readonly split: boolean;
  readonly head?: boolean;
  /** Files that must not be fetched. They throw the coded error `not-fetched` if they are not cached. */
  readonly withhold?: WithheldFetches | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
}

/**
 * Returns the sources with local paths. Coded errors: those of `fetchFile`, `sourceRequestOf` and `resolveHubData`;
 * `query-left-out`, `secret-without-address`, `own-splits`.
 */
export async function fetchSourceFiles(source: DataPlan["source"], options: SourceFetchOptions): Promise<Fetched> {
  const report: Told = { notes: [], sources: [] };
  if (isSourceCall(source)) {
    const splits =
      isHostedSource(source) && requestedSplit(source) === null ? await hosted(source, report, options) : null;
    if (splits && options.split && splits.size > 1) throw ownSplits(source, splits, "split");
    const [only] = splits?.values() ?? [];
    if (splits && (!options.split || !only)) return { source: Object.fromEntries(splits), ...report };
    return { source: only ?? (await fetchedCall(source, report, options)), ...report };
  }
  const fetchedCalls: [string, Call][] = [];
  for (const [split, call] of Object.entries(source))
    fetchedCalls.push([split, await fetchedCall(call, report, options)]);
  return { source: Object.fromEntries(fetchedCalls), ...report };
}

interface Told {
  readonly notes: string[];
  readonly sources: string[];
}

export function isHostedSource(call: Call): boolean {
  return (
    whole.find("source", call.word)?.capabilities?.bringsSplits === true && call.arguments["sources"] === undefined
  );
}

async function hosted(call: Call, report: Told, options: SourceFetchOptions): Promise<ReadonlyMap<string, Call>> {
  const { splits, sources, notes } = await resolveHubData(call, { ...options, cacheOnly: options.withhold === "all" });
  report.sources.push(...sources);
  report.notes.push(...notes);
  return splits;
}

function ownSplits(call: Call, splits: ReadonlyMap<string, Call>, beside: "split" | "source"): CodedError {
  return new CodedError("own-splits", { name: String(call.arguments["path"]), has: [...splits.keys()], beside });
}

async function fetchedCall(call: Call, report: Told, options: SourceFetchOptions): Promise<Call> {
  const { path } = call.arguments;
  if (isHostedSource(call)) {
    const splits = await hosted(call, report, options);
    const [only] = splits.values();
    if (splits.size > 1 || !only) throw ownSplits(call, splits, "source");
    return only;
  }
  if (typeof path === "string" && isHttpAddress(path)) {
    if (!URL.canParse(path)) throw new CodedError("address-malformed", { address: path });
    const file = await fetched(sourceRequestOf(path, call), report.notes, options);
    const fileArguments = Object.entries(call.arguments).filter(([name]) => !REQUEST_ONLY_ARGUMENTS.has(name));
    return { ...call, arguments: { ...Object.fromEntries(fileArguments), path: file } };
  }
  if (typeof path === "string" && [...REQUEST_ONLY_ARGUMENTS].some((name) => call.arguments[name] !== undefined))
    throw new CodedError("secret-without-address", { path });
  const fetchedArguments: [string, Value][] = [];
  for (const [name, value] of Object.entries(call.arguments)) {
    if (!Array.isArray(value) || !value.some((one) => isSourceCall(one as Call))) fetchedArguments.push([name, value]);
    else {
      const calls: Value[] = [];
      for (const one of value) calls.push((await fetchedCall(one as Call, report, options)) as Value);
      fetchedArguments.push([name, calls]);
    }
  }
  return { ...call, arguments: Object.fromEntries(fetchedArguments) };
}

async function fetched(
  request: SourceRequest,
  notes: string[],
  { folder, withhold, signal }: SourceFetchOptions,
): Promise<string> {
  const { address, sha256, file } = request;
  if (!(await isFileIntact(file, sha256 === null ? {} : { sha256 }))) {
    if (request.cachedOnly) throw new CodedError("query-left-out", { url: redactedUrl(address) });
    if (withhold === "all" || (withhold === "secrets" && request.hasSecret))
      throw new CodedError("not-fetched", {
        what: `the file ${redactedUrl(address)}`,
        folder,
        near: null,
        because: withhold === "all" ? "untrusted" : "secret",
      });
    const { url, headers } = request.sent();
    // The rows may be private to this user, and so may their address.
    await fetchFile(url, file, {
      isPrivate: true,
      headers,
      ...(sha256 !== null && { sha256 }),
      ...(signal && { signal }),
    });
  }
  if (sha256 !== null) {
    rememberChecksum(address, sha256);
    return file;
  }
  const found = await sha256Of(file);
  rememberChecksum(address, found);
  if (new URL(address).search !== "") await linkFile(file, downloadCachePath(address, found));
  notes.push(
    `${redactedUrl(address)} has no checksum and may return another file next time: write \`sha256: "${found}"\``,
  );
  return file;
}

/** Creates a second name of the file; a copy if the file system has no links. */
async function linkFile(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  makePrivateFolder(dirname(to));
  await link(from, to).catch(() => copyFile(from, to));
}
