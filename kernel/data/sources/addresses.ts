/**
 * Sources as calls that read this machine's files: data sets of a hub, and folders like them, become their files and splits;
 * and sources whose path is an address of the net: the file is fetched once into the cache, held to the checksum that is written,
 * and read from there. One without a checksum is told with the checksum that it has, since addresses change what they give.
 */
import { existsSync } from "node:fs";
import { copyFile, link } from "node:fs/promises";
import { dirname } from "node:path";
import { shownAddress } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { registry as whole } from "#stdlib/registry.js";
import { isCall } from "../rows/rows.js";
import type { Withhold } from "../../host/host-context.js";
import { fetchFile, isWhole, sha256Of } from "../../fetch/file.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { rememberChecksum } from "./checksums.js";
import { hubData, splitAsked } from "./hub/expand.js";
import { cacheFile, FOR_REQUEST, requestOf, type Request } from "./request.js";

export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

interface Fetched {
  readonly source: DataPlan["source"];
  /** Where the rows come from, where that is to be said (`DataFacts.sources`). */
  readonly sources: readonly string[];
  /** What is to be told of it. */
  readonly notes: readonly string[];
}

export interface FetchOptions {
  /** Of the notebook. */
  readonly folder: string;
  /** Whether the data divide their rows themselves. */
  readonly split: boolean;
  /** Only what tells the columns. */
  readonly head?: boolean;
  /** What must not be fetched: it is the coded error `not-fetched` where it is not in the cache. */
  readonly withhold?: Withhold | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
}

/**
 * The sources with paths of this machine. Coded errors: those of `fetchFile`, `requestOf` and of
 * `hubData`; `query-left-out`, `secret-without-address`, `own-splits`.
 */
export async function fetchedSource(source: DataPlan["source"], o: FetchOptions): Promise<Fetched> {
  const told: Told = { notes: [], sources: [] };
  if (isCall(source)) {
    const splits = isHosted(source) && splitAsked(source) === null ? await hosted(source, told, o) : null;
    if (splits && o.split && splits.size > 1) throw ownSplits(source, splits, "split");
    const [only] = splits?.values() ?? [];
    if (splits && (!o.split || !only)) return { source: Object.fromEntries(splits), ...told };
    return { source: only ?? (await fetchedCall(source, told, o)), ...told };
  }
  const own: [string, Call][] = [];
  for (const [split, call] of Object.entries(source)) own.push([split, await fetchedCall(call, told, o)]);
  return { source: Object.fromEntries(own), ...told };
}

interface Told {
  readonly notes: string[];
  readonly sources: string[];
}

export function isHosted(call: Call): boolean {
  return whole.find("source", call.word)?.capabilities?.hosted === true && call.arguments["sources"] === undefined;
}

async function hosted(call: Call, told: Told, o: FetchOptions): Promise<ReadonlyMap<string, Call>> {
  const { splits, sources, notes } = await hubData(call, { ...o, cacheOnly: o.withhold === "all" });
  told.sources.push(...sources);
  told.notes.push(...notes);
  return splits;
}

function ownSplits(call: Call, splits: ReadonlyMap<string, Call>, beside: "split" | "source"): CodedError {
  return new CodedError("own-splits", { name: String(call.arguments["path"]), has: [...splits.keys()], beside });
}

async function fetchedCall(call: Call, told: Told, o: FetchOptions): Promise<Call> {
  const { path } = call.arguments;
  if (isHosted(call)) {
    const splits = await hosted(call, told, o);
    const [only] = splits.values();
    if (splits.size > 1 || !only) throw ownSplits(call, splits, "source");
    return only;
  }
  if (typeof path === "string" && isAddress(path)) {
    if (!URL.canParse(path)) throw new CodedError("address-malformed", { address: path });
    const file = await fetched(requestOf(path, call), told.notes, o);
    const own = Object.entries(call.arguments).filter(([name]) => !FOR_REQUEST.has(name));
    return { ...call, arguments: { ...Object.fromEntries(own), path: file } };
  }
  if (typeof path === "string" && [...FOR_REQUEST].some((name) => call.arguments[name] !== undefined))
    throw new CodedError("secret-without-address", { path });
  const own: [string, Value][] = [];
  for (const [name, value] of Object.entries(call.arguments)) {
    if (!Array.isArray(value) || !value.some((one) => isCall(one as Call))) own.push([name, value]);
    else {
      const calls: Value[] = [];
      for (const one of value) calls.push((await fetchedCall(one as Call, told, o)) as Value);
      own.push([name, calls]);
    }
  }
  return { ...call, arguments: Object.fromEntries(own) };
}

async function fetched(asked: Request, notes: string[], { folder, withhold, signal }: FetchOptions): Promise<string> {
  const { address, sha256, file } = asked;
  if (!(await isWhole(file, sha256 === null ? {} : { sha256 }))) {
    if (asked.cachedOnly) throw new CodedError("query-left-out", { url: shownAddress(address) });
    if (withhold === "all" || (withhold === "secrets" && asked.hasSecret))
      throw new CodedError("not-fetched", {
        what: `the file ${shownAddress(address)}`,
        folder,
        near: null,
        because: withhold === "all" ? "untrusted" : "secret",
      });
    const { url, headers } = asked.sent();
    // Rows may be for this user alone, and so may be the address that they came from.
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
  if (new URL(address).search !== "") await linkFile(file, cacheFile(address, found));
  notes.push(
    `${shownAddress(address)} has no checksum and may give another file next time: write \`sha256: "${found}"\``,
  );
  return file;
}

/** The same file under a second name; a copy where the disk has no links. */
async function linkFile(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  makePrivateFolder(dirname(to));
  await link(from, to).catch(() => copyFile(from, to));
}
