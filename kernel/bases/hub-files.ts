/**
 * Shared by models and data sets of the hub: authorisation, requests, and download of a commit's file to the shared
 * cache, resumable, locked, and verified against the hub's checksum. The hub's answers are not trusted: checksums and
 * commits must be well-formed before they become file names, and a file without a checksum is refused.
 */
import * as v from "valibot";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { fetchFile } from "../fetch/file.js";
import { responseText, httpGet, httpHead } from "../fetch/http.js";
import { schemaGuard } from "../fetch/json.js";
import {
  hubHomeFolder,
  isChecksumEtag,
  fileMatchesEtag,
  type CachedHubRepository,
  type RepositoryKind,
} from "./cache.js";

export interface HubRepository {
  readonly kind: RepositoryKind;
  readonly id: string;
}
/** A file of a commit. */
export interface HubFile {
  readonly name: string;
  readonly etag: string | null;
  readonly size: number | null;
}
/** Credentials for requests to the hub. */
export interface HubAuthorisation {
  readonly headers: Readonly<Record<string, string>>;
  readonly hasToken: boolean;
}
export interface HubFileOptions {
  /** Maximum bytes; defaults to no limit. */
  readonly most?: number;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds for the hub to answer whether it knows a repository. */
const patience = 15_000;

export function hubEndpoint(): string {
  return (process.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
}

export function isHubOffline(): boolean {
  return ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].some((name) => /^(1|true|yes|on)$/i.test(process.env[name] ?? ""));
}

async function token(): Promise<string | null> {
  const set = process.env["HF_TOKEN"] || process.env["HUGGING_FACE_HUB_TOKEN"];
  if (set) return set.trim();
  const file = process.env["HF_TOKEN_PATH"] || join(hubHomeFolder(), "token");
  return (await readFile(file, "utf8").catch(() => "")).trim() || null;
}

/** Reads the token from the environment, or from the file that `hf auth login` writes. */
export async function readHubAuthorisation(): Promise<HubAuthorisation> {
  const secret = await token();
  return { headers: secret ? { authorization: `Bearer ${secret}` } : {}, hasToken: secret !== null };
}

export type HubApiResponse =
  | { readonly text: string; readonly next: string | null }
  /** The hub doesn't know the repository or the revision. */
  | { readonly missing: "repository" | "revision" };

/** Coded errors `network-failed`, `untrusted-answer`, and those that `refused` makes from status 401 or 403. */
export async function requestHubApi(
  url: string,
  { headers }: HubAuthorisation,
  refused: (status: number) => CodedError,
  signal: AbortSignal | undefined,
): Promise<HubApiResponse> {
  const limit = AbortSignal.timeout(patience);
  const answer = await httpGet(url, { headers, signal: signal ? AbortSignal.any([signal, limit]) : limit }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof CodedError) throw error;
      throw new CodedError(
        "network-failed",
        { url: redactedUrl(url), why: `no response in ${patience / 1000} s` },
        { cause: error },
      );
    },
  );
  const { statusCode: status } = answer;
  const errorCode = answer.headers["x-error-code"];
  if (status === 404 || (status === 401 && errorCode === "RepoNotFound")) {
    await answer.body.dump();
    return { missing: errorCode === "RevisionNotFound" ? "revision" : "repository" };
  }
  if (status === 401 || status === 403) {
    await answer.body.dump();
    throw refused(status);
  }
  const text = await responseText(url, answer);
  if (status !== 200) throw new CodedError("network-failed", { url: redactedUrl(url), why: `status ${status}` });
  const link = [answer.headers["link"]].flat().join(", ");
  return { text, next: /<([^>]+)>;\s*rel="next"/.exec(link)?.[1] ?? null };
}

export const isCommitHash = schemaGuard(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)));

/** Reads a file's checksum and size from the headers of the first response, before any redirect to its bytes. */
export async function readHubFileChecksum(
  repository: HubRepository,
  commit: string,
  name: string,
  headers: HubAuthorisation["headers"],
  signal: AbortSignal | undefined,
): Promise<HubFile> {
  const url = fileUrl(repository, commit, name);
  const answer = await httpHead(url, { headers: { "accept-encoding": "identity", ...headers }, signal });
  const first = (key: string): string | undefined => [answer.headers[key]].flat()[0];
  if (answer.statusCode >= 400)
    throw new CodedError("network-failed", { url: redactedUrl(url), why: `status ${answer.statusCode}` });
  const stated = first("x-repo-commit");
  if (stated !== undefined && stated !== commit) throw untrustedAnswerError(url, "a file of another commit", stated);
  const etag = (first("x-linked-etag") ?? first("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  if (!isChecksumEtag(etag)) throw untrustedAnswerError(url, `a checksum of ${name}`, etag);
  const size = first("x-linked-size") ?? (answer.statusCode < 300 ? first("content-length") : undefined);
  return { name, etag, size: size === undefined ? null : validFileSizeOrNull(Number(size)) };
}

export function untrustedAnswerError(url: string, what: string, value: unknown): CodedError {
  return new CodedError("untrusted-answer", {
    url: redactedUrl(url),
    what,
    value: clipHubText(JSON.stringify(value) ?? "none"),
  });
}

export function clipHubText(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)} …` : text;
}

export function validFileSizeOrNull(size: unknown): number | null {
  return Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : null;
}

/**
 * Downloads a file of a commit; an existing one is only checked. Coded errors of `fetchFile`, `untrusted-answer`,
 * `path-outside`.
 */
export async function fetchHubFile(
  repository: HubRepository,
  commit: string,
  remote: HubFile,
  cached: CachedHubRepository,
  { headers }: HubAuthorisation,
  options: HubFileOptions = {},
): Promise<void> {
  const known = remote.etag
    ? remote
    : await readHubFileChecksum(repository, commit, remote.name, headers, options.signal);
  const etag = mustExist(known.etag, `the checksum of ${known.name}`);
  const blob = cached.blob(etag);
  const url = fileUrl(repository, commit, known.name);
  if (options.most !== undefined && known.size !== null && known.size > options.most)
    throw untrustedAnswerError(url, `a size of ${known.name}`, known.size);
  await cached.inside(blob);
  await fetchFile(url, blob, {
    headers,
    ...(/^[0-9a-f]{64}$/.test(etag) ? { sha256: etag } : {}),
    ...(known.size === null ? {} : { size: known.size }),
    ...(options.most === undefined ? {} : { most: options.most }),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  });
  if ((await fileMatchesEtag(blob, etag)) !== true) {
    await rm(blob, { force: true });
    throw new CodedError("checksum-mismatch", { url: redactedUrl(url), expected: etag, got: "another git object" });
  }
  await cached.place(commit, known.name, etag);
}

function fileUrl({ kind, id }: HubRepository, commit: string, name: string): string {
  const place = kind === "models" ? id : `${kind}/${id}`;
  return `${hubEndpoint()}/${place}/resolve/${commit}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/**
 * Detects weights in Python's pickle format by file name, to refuse them with the reason. The files are never opened.
 */
const PICKLE = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;
/** Files that trainers write next to the weights. */
const OTHERS = /^(training_args|optimizer|scheduler|scaler|rng_state)/i;

export function isPickleFile(name: string): boolean {
  return PICKLE.test(name) && !OTHERS.test(name.replace(/^.*[\\/]/, ""));
}

/**
 * Returns the error for a place without safetensors: `base-pickled` if it has pickled weights, else `base-incomplete`.
 */
export function noSafetensorsError(folder: string, names: Iterable<string>): CodedError {
  const pickles = [...names].filter(isPickleFile).sort();
  const file = pickles.find((name) => /model/.test(name)) ?? pickles[0];
  if (file !== undefined) return new CodedError("base-pickled", { place: folder, file });
  return new CodedError("base-incomplete", { folder, missing: "model.safetensors" });
}
