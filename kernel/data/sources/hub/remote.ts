/**
 * A data set of the hub. A revision is resolved to its commit, whose files are listed; only the files that are read are
 * downloaded into the shared cache. The list is cached by commit, always completely, for offline use.
 */
import { readFile, stat } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LRUCache } from "lru-cache";
import * as v from "valibot";
import writeFileAtomic from "write-file-atomic";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { CachedHubRepository, isChecksumEtag } from "../../../bases/cache.js";
import {
  requestHubApi,
  readHubAuthorisation,
  fetchHubFile,
  clipHubText,
  hubEndpoint,
  isHubOffline,
  isCommitHash,
  validFileSizeOrNull,
  untrustedAnswerError,
  type HubAuthorisation,
  type HubFile,
} from "../../../bases/hub-files.js";
import { cachePath } from "../../../fetch/cache.js";
import { diskError } from "../../../fetch/disk.js";
import {
  objectWith,
  readJsonCacheFile,
  parseJsonOrNull,
  schemaGuard,
  optionalUnknown,
  type Schema,
} from "../../../fetch/json.js";
import { compareNames, MAX_CARD_BYTES, type DataSetPlace } from "./place.js";

export interface HubRemoteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Sends no request to the hub. A file that is not cached throws the coded error `not-fetched`. */
  readonly cacheOnly?: boolean | undefined;
  /** The notebook's folder, for errors. */
  readonly folder: string;
  readonly onFetch?: ((file: string, done: number, total: number | null) => void) | undefined;
}
const MOST_FILES = 100_000;

/**
 * Returns null if the hub has no such data set. Coded errors `hub-not-found` (a revision), `hub-needs-token`,
 * `hub-offline`, and those of downloads.
 */
export async function hubDataSetPlace(
  id: string,
  revision: string | null,
  options: HubRemoteOptions,
): Promise<DataSetPlace | null> {
  const requestedRevision = revision ?? "main";
  const cached = new CachedHubRepository(id, requestedRevision, undefined, "datasets");
  const state = await stateOf(id, cached, options);
  if (!state) return null;
  const { commit, files, unreached } = state;
  const remotes = new Map(files.map((file) => [file.name, file]));
  const root = cached.snapshot(commit);
  const auth = await readHubAuthorisation();
  const bring = async (names: readonly string[]): Promise<void> => {
    for (const name of names) {
      const remote = remotes.get(name);
      if (!remote || (await isThere(join(root, name), remote))) continue;
      if (options.cacheOnly) throw notFetched(id, options.folder);
      if (isHubOffline())
        throw offline(id, requestedRevision, `${name} of it was never fetched, and HF_HUB_OFFLINE is set`);
      await fetchHubFile({ kind: "datasets", id }, commit, remote, cached, auth, {
        ...(name.endsWith(".md") && { most: MAX_CARD_BYTES }),
        signal: options.signal,
        onProgress: (done, total) => options.onFetch?.(`${id}: ${name}`, done, total),
      });
    }
  };
  return {
    root,
    files: new Map(files.map(({ name, size }) => [name, size ?? 0])),
    named: (file) => file,
    text: async (file) => {
      if (!remotes.has(file) || (remotes.get(file)?.size ?? 0) > MAX_CARD_BYTES) return null;
      await bring([file]);
      return readFile(join(root, file), "utf8");
    },
    bring,
    description: `${id}: commit ${commit}${requestedRevision === commit ? "" : ` of ${requestedRevision}`}${unreached === null ? "" : `, as it was fetched before (${unreached})`}`,
    ...(revision === null && {
      note: `${id} may be another one next time: write \`revision: "${commit.slice(0, 12)}"\``,
    }),
  };
}

interface State {
  readonly commit: string;
  readonly files: readonly HubFile[];
  /** Why the hub wasn't requested to resolve the commit. */
  readonly unreached: string | null;
}

async function stateOf(id: string, cached: CachedHubRepository, options: HubRemoteOptions): Promise<State | null> {
  const known = await cached.commit();
  const cachedList = known === null ? null : keptList(id, known);
  const pinned = isCommitHash(cached.revision);
  if (known !== null && cachedList && (pinned || options.cacheOnly || isHubOffline()))
    return {
      commit: known,
      files: cachedList,
      unreached: pinned ? null : options.cacheOnly ? UNTRUSTED : "HF_HUB_OFFLINE",
    };
  if (options.cacheOnly) throw notFetched(id, options.folder);
  if (isHubOffline()) throw offline(id, cached.revision, "HF_HUB_OFFLINE is set");
  const auth = await readHubAuthorisation();
  try {
    const commit = await commitOf(id, cached.revision, auth, options.signal);
    if (commit === null) return null;
    const files = keptList(id, commit) ?? (await listOf(id, commit, auth, options.signal));
    await cached.remember(commit);
    return { commit, files, unreached: null };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof CodedError) || error.code !== "network-failed" || known === null || !cachedList) throw error;
    return { commit: known, files: cachedList, unreached: "the hub is unreachable" };
  }
}

const UNTRUSTED = "the folder is not trusted";

function notFetched(id: string, folder: string): CodedError {
  return new CodedError("not-fetched", { what: `the data set "${id}"`, folder, near: null, because: "untrusted" });
}

function offline(name: string, revision: string, why: string): CodedError {
  return new CodedError("hub-offline", { name, revision, why });
}

const refusal =
  (name: string, { hasToken }: HubAuthorisation) =>
  (status: number): CodedError =>
    new CodedError("hub-needs-token", { name, status, hasToken });

/**
 * Milliseconds for which a branch's commit is cached: header and rows of a cell come from one commit, and typing sends
 * a single request.
 */
const STANDS = 60_000;
const answered = new LRUCache<string, string>({ max: 256, ttl: STANDS });

/** Forgets cached commits, so that branches are resolved again. */
export function forgetResolvedCommits(): void {
  answered.clear();
}

async function commitOf(
  id: string,
  revision: string,
  auth: HubAuthorisation,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const url = `${hubEndpoint()}/api/datasets/${id}/revision/${encodeURIComponent(revision)}`;
  const before = answered.get(url);
  if (before !== undefined) return before;
  const answer = await requestHubApi(url, auth, refusal(id, auth), signal);
  if ("missing" in answer) {
    if (answer.missing === "repository") return null;
    throw new CodedError("hub-not-found", { name: id, folder: "", revision });
  }
  const answerJson = parseJsonOrNull(answer.text, objectWith({ sha: optionalUnknown }));
  if (!answerJson)
    throw new CodedError("network-failed", { url: redactedUrl(url), why: "its response is not that of a hub" });
  if (!isCommitHash(answerJson.sha)) throw untrustedAnswerError(url, "a commit", answerJson.sha);
  answered.set(url, answerJson.sha);
  return answerJson.sha;
}

const fileSchema = objectWith({
  type: v.literal("file"),
  path: v.string(),
  oid: optionalUnknown,
  size: optionalUnknown,
  lfs: optionalUnknown,
});
const isFile = schemaGuard(fileSchema);
const isLarge = schemaGuard(objectWith({ oid: optionalUnknown, size: optionalUnknown }));

/** Lists all files of a commit, page by page. */
async function listOf(
  id: string,
  commit: string,
  auth: HubAuthorisation,
  signal: AbortSignal | undefined,
): Promise<readonly HubFile[]> {
  const files: HubFile[] = [];
  const first = `${hubEndpoint()}/api/datasets/${id}/tree/${commit}?recursive=true&expand=false`;
  for (let url: string | null = first; url !== null;) {
    const answer = await requestHubApi(url, auth, refusal(id, auth), signal);
    if ("missing" in answer)
      throw new CodedError("network-failed", { url: redactedUrl(url), why: "it names a commit without files" });
    const entries = parseJsonOrNull(answer.text, v.array(v.unknown()));
    if (!entries)
      throw new CodedError("network-failed", {
        url: redactedUrl(url),
        why: "its response is not that of a hub",
      });
    for (const entry of entries) if (isFile(entry)) files.push(remoteOf(entry, url));
    if (files.length > MOST_FILES)
      throw untrustedAnswerError(url, "a list of files", `more than ${String(MOST_FILES)}`);
    // A next page on another origin would receive the token.
    if (answer.next !== null && new URL(answer.next, url).origin !== new URL(first).origin)
      throw untrustedAnswerError(url, "a next page", answer.next);
    url = answer.next === null ? null : new URL(answer.next, url).href;
  }
  files.sort((a, b) => compareNames(a.name, b.name));
  keepList(id, commit, files);
  return files;
}

function remoteOf(entry: v.InferOutput<typeof fileSchema>, url: string): HubFile {
  const large = isLarge(entry.lfs) ? entry.lfs : {};
  const etag = large.oid ?? entry.oid ?? null;
  if (!isChecksumEtag(etag)) throw untrustedAnswerError(url, `a checksum of ${clipHubText(entry.path)}`, etag);
  const names = entry.path.split("/");
  if (names.some((name) => name === "" || name === "." || name === "..") || entry.path.includes("\\"))
    throw untrustedAnswerError(url, "the name of a file", entry.path);
  return { name: entry.path, etag, size: validFileSizeOrNull(large.size ?? entry.size) };
}

const listSchema: Schema<{ readonly files: readonly HubFile[] }> = objectWith({
  files: v.array(objectWith({ name: v.string(), etag: v.nullable(v.string()), size: v.nullable(v.number()) })),
});

function listFile(id: string, commit: string): string {
  return cachePath("hub", `datasets--${id.replaceAll("/", "--")}`, `${commit}.json`);
}
function keptList(id: string, commit: string): readonly HubFile[] | null {
  return readJsonCacheFile(listFile(id, commit), listSchema)?.files ?? null;
}
function keepList(id: string, commit: string, files: readonly HubFile[]): void {
  const file = listFile(id, commit);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic.sync(file, JSON.stringify({ files }));
  } catch (error) {
    throw diskError(error, file);
  }
}

/** Checks the size only: the checksum was verified at the download. */
async function isThere(file: string, { size }: HubFile): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true && (size === null || found.size === size);
}
