/**
 * Turns sources into calls that read local files. Data sets of a hub, and folders in the same format, become their
 * files and splits. A file with an internet address is downloaded once into the cache and verified against its
 * checksum. Without one, the checksum found is reported, since an address may change its contents.
 */
import { existsSync } from "node:fs";
import { copyFile, link } from "node:fs/promises";
import { dirname } from "node:path";
import { redactedAddress } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { registry as whole } from "#stdlib/registry.js";
import { isSourceCall } from "../rows/rows.js";
import type { WithheldFetches } from "../../host/host-context.js";
import { fetchFile, isFileIntact, sha256Of } from "../../fetch/file.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { rememberChecksum } from "./checksums.js";
import { resolveHubData, requestedSplit } from "./hub/expand.js";
import { downloadCachePath, REQUEST_ONLY_ARGUMENTS, sourceRequestOf, type SourceRequest } from "./request.js";

export function isAddress(path: string): boolean {
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
  return whole.find("source", call.word)?.capabilities?.hosted === true && call.arguments["sources"] === undefined;
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
  if (typeof path === "string" && isAddress(path)) {
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
    if (request.cachedOnly) throw new CodedError("query-left-out", { url: redactedAddress(address) });
    if (withhold === "all" || (withhold === "secrets" && request.hasSecret))
      throw new CodedError("not-fetched", {
        what: `the file ${redactedAddress(address)}`,
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
    `${redactedAddress(address)} has no checksum and may give another file next time: write \`sha256: "${found}"\``,
  );
  return file;
}

/** Creates a second name of the file; a copy if the file system has no links. */
async function linkFile(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  makePrivateFolder(dirname(to));
  await link(from, to).catch(() => copyFile(from, to));
}
