/**
 * What models and data sets have in common on the hub: who asks, how it is asked, and how a file of a commit comes into the
 * shared cache, resumable, locked, and held to the checksum that the hub names. What a hub names is not believed: checksums
 * and commits must have their form before they become names of files, and a file without a checksum isn't taken.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { shownAddress } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { fetchFile } from "../fetch/file.js";
import { answerText, get, head } from "../fetch/http.js";
import { like } from "../fetch/json.js";
import { hubHome, isChecksum, matches, type CachedModel, type RepositoryKind } from "./cache.js";

export interface Repository {
  readonly kind: RepositoryKind;
  readonly id: string;
}
/** A file of a commit. */
export interface Remote {
  readonly name: string;
  readonly etag: string | null;
  readonly size: number | null;
}
/** Who asks. */
export interface Authorised {
  readonly headers: Readonly<Record<string, string>>;
  readonly hasToken: boolean;
}
export interface FileOptions {
  /** Most bytes; absent: as many as there are. */
  readonly most?: number;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How long the hub may take to say whether it knows a repository, in milliseconds. */
const patience = 15_000;

export function hubEndpoint(): string {
  return (process.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
}

export function hubOffline(): boolean {
  return ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].some((name) => /^(1|true|yes|on)$/i.test(process.env[name] ?? ""));
}

async function token(): Promise<string | null> {
  const set = process.env["HF_TOKEN"] || process.env["HUGGING_FACE_HUB_TOKEN"];
  if (set) return set.trim();
  const file = process.env["HF_TOKEN_PATH"] || join(hubHome(), "token");
  return (await readFile(file, "utf8").catch(() => "")).trim() || null;
}

/** By the token of the environment, or of the file that `hf auth login` writes. */
export async function authorised(): Promise<Authorised> {
  const secret = await token();
  return { headers: secret ? { authorization: `Bearer ${secret}` } : {}, hasToken: secret !== null };
}

/** What the hub answers to a question about a repository. */
export type Answer =
  | { readonly text: string; readonly next: string | null }
  /** It doesn't know the repository, or the revision. */
  | { readonly missing: "repository" | "revision" };

/** Coded errors `network-failed`, `untrusted-answer`, and what `refused` makes of the status 401 or 403. */
export async function askHub(
  url: string,
  { headers }: Authorised,
  refused: (status: number) => CodedError,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const limit = AbortSignal.timeout(patience);
  const answer = await get(url, { headers, signal: signal ? AbortSignal.any([signal, limit]) : limit }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof CodedError) throw error;
      throw new CodedError(
        "network-failed",
        { url: shownAddress(url), why: `no answer in ${patience / 1000} s` },
        { cause: error },
      );
    },
  );
  const { statusCode: status } = answer;
  const said = answer.headers["x-error-code"];
  if (status === 404 || (status === 401 && said === "RepoNotFound")) {
    await answer.body.dump();
    return { missing: said === "RevisionNotFound" ? "revision" : "repository" };
  }
  if (status === 401 || status === 403) {
    await answer.body.dump();
    throw refused(status);
  }
  const text = await answerText(url, answer);
  if (status !== 200) throw new CodedError("network-failed", { url: shownAddress(url), why: `status ${status}` });
  const link = [answer.headers["link"]].flat().join(", ");
  return { text, next: /<([^>]+)>;\s*rel="next"/.exec(link)?.[1] ?? null };
}

export const isCommit = like(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)));

/** Checksum and size of a file from the headers of its first answer, before any redirect to where its bytes are. */
export async function headOf(
  of: Repository,
  commit: string,
  name: string,
  headers: Authorised["headers"],
  signal: AbortSignal | undefined,
): Promise<Remote> {
  const url = fileUrl(of, commit, name);
  const answer = await head(url, { headers: { "accept-encoding": "identity", ...headers }, signal });
  const first = (key: string): string | undefined => [answer.headers[key]].flat()[0];
  if (answer.statusCode >= 400)
    throw new CodedError("network-failed", { url: shownAddress(url), why: `status ${answer.statusCode}` });
  const stated = first("x-repo-commit");
  if (stated !== undefined && stated !== commit) throw untrusted(url, "a file of another commit", stated);
  const etag = (first("x-linked-etag") ?? first("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  if (!isChecksum(etag)) throw untrusted(url, `a checksum of ${name}`, etag);
  const size = first("x-linked-size") ?? (answer.statusCode < 300 ? first("content-length") : undefined);
  return { name, etag, size: size === undefined ? null : sizeIn(Number(size)) };
}

export function untrusted(url: string, what: string, value: unknown): CodedError {
  return new CodedError("untrusted-answer", {
    url: shownAddress(url),
    what,
    value: clipped(JSON.stringify(value) ?? "none"),
  });
}

export function clipped(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)} …` : text;
}

export function sizeIn(size: unknown): number | null {
  return Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : null;
}

/** Brings a file of a commit; one that is there is looked at, not fetched. Coded errors of `fetchFile`, `untrusted-answer`, `path-outside`. */
export async function bringFile(
  of: Repository,
  commit: string,
  remote: Remote,
  cached: CachedModel,
  { headers }: Authorised,
  o: FileOptions = {},
): Promise<void> {
  const known = remote.etag ? remote : await headOf(of, commit, remote.name, headers, o.signal);
  const etag = must(known.etag, `the checksum of ${known.name}`);
  const blob = cached.blob(etag);
  const url = fileUrl(of, commit, known.name);
  if (o.most !== undefined && known.size !== null && known.size > o.most)
    throw untrusted(url, `a size of ${known.name}`, known.size);
  await cached.inside(blob);
  await fetchFile(url, blob, {
    headers,
    ...(/^[0-9a-f]{64}$/.test(etag) ? { sha256: etag } : {}),
    ...(known.size === null ? {} : { size: known.size }),
    ...(o.most === undefined ? {} : { most: o.most }),
    ...(o.signal ? { signal: o.signal } : {}),
    ...(o.onProgress ? { onProgress: o.onProgress } : {}),
  });
  if ((await matches(blob, etag)) !== true) {
    await rm(blob, { force: true });
    throw new CodedError("checksum-mismatch", { url: shownAddress(url), expected: etag, got: "another git object" });
  }
  await cached.place(commit, known.name, etag);
}

function fileUrl({ kind, id }: Repository, commit: string, name: string): string {
  const place = kind === "models" ? id : `${kind}/${id}`;
  return `${hubEndpoint()}/${place}/resolve/${commit}/${name.split("/").map(encodeURIComponent).join("/")}`;
}
