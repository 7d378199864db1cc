/**
 * Sources as calls that read this machine's files: data sets of a hub, and folders like them, become their files and splits;
 * and sources whose path is an address of the net: the file is fetched once into the cache, held to the checksum that is written,
 * and read from there. One without a checksum is told with the checksum that it has, since addresses change what they give.
 */
import { createHash } from "node:crypto";
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { Call, Value } from "#dsl/types/value.js";
import { registry as whole } from "#stdlib/registry.js";
import { isCall } from "../core/data/rows.js";
import { cachePath } from "../fetch/cache.js";
import { fetchFile, sha256Of } from "../fetch/file.js";
import { withoutSecrets } from "../fetch/http.js";
import { hubData, splitAsked } from "./hub/expand.js";
import "./codes.js";

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
  readonly signal?: AbortSignal | undefined;
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
}

/**
 * The sources with paths of this machine. Coded errors: those of `fetchFile`, `unsafe-address`, `checksum-form`, and those of
 * `hubData`; `own-splits`.
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
  const { splits, sources, notes } = await hubData(call, o);
  told.sources.push(...sources);
  told.notes.push(...notes);
  return splits;
}

function ownSplits(call: Call, splits: ReadonlyMap<string, Call>, beside: "split" | "source"): CodedError {
  return new CodedError("own-splits", { name: String(call.arguments["path"]), has: [...splits.keys()], beside });
}

async function fetchedCall(call: Call, told: Told, o: FetchOptions): Promise<Call> {
  const { path, sha256 } = call.arguments;
  if (isHosted(call)) {
    const splits = await hosted(call, told, o);
    const [only] = splits.values();
    if (splits.size > 1 || !only) throw ownSplits(call, splits, "source");
    return only;
  }
  if (typeof path === "string" && isAddress(path)) {
    const file = await fetched(path, typeof sha256 === "string" ? sha256 : null, told.notes, o.signal);
    return { ...call, arguments: { ...call.arguments, path: file } };
  }
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

async function fetched(
  url: string,
  sha256: string | null,
  notes: string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  if (sha256 !== null && !/^[0-9a-f]{64}$/i.test(sha256)) throw new CodedError("checksum-form", { sha256 });
  const { protocol, hostname, pathname } = new URL(url);
  const here = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
  if (protocol !== "https:" && !here && sha256 === null)
    throw new CodedError("unsafe-address", { url: withoutSecrets(url) });
  const key = createHash("sha256")
    .update(`${url}\n${sha256 ?? ""}`)
    .digest("hex")
    .slice(0, 32);
  const name = (pathname.split("/").at(-1) ?? "").replace(/[^\w.-]/g, "_").replace(/^\.+/, "");
  const file = cachePath("files", key, name === "" ? "file" : name);
  // An address with a password or a key gives what others may not see.
  const isPrivate = withoutSecrets(url) !== url || url.includes("?");
  const checksum = sha256 !== null && { sha256: sha256.toLowerCase() };
  await fetchFile(url, file, { isPrivate, ...checksum, ...(signal && { signal }) });
  if (sha256 === null)
    notes.push(
      `${withoutSecrets(url)} has no checksum and may give another file next time: write \`sha256: "${await sha256Of(file)}"\``,
    );
  return file;
}
