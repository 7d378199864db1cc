/**
 * A model from the hub into the shared cache: the branch is resolved to its commit first, so that all files are of one state;
 * each file is resumable, locked, and held to the checksum that the hub names. What a hub names is not believed: checksums
 * and commits must have their form before they become names of files, and a file without a checksum isn't taken.
 */
import { isRecord } from "#dsl/diagnostics/record.js";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import { fetchFile } from "../fetch/file.js";
import { get, head, answerText } from "../fetch/http.js";
import { fields, jsonOrNone, like, maybe } from "../fetch/json.js";
import { hubHome, isChecksum, matches, type CachedModel } from "./cache.js";
import { MODULES, POOLING } from "./embedding.js";
import { noSafetensors } from "./pickles.js";
import { shardNames } from "../tensors/shards.js";
import "../core/bases/codes.js";

export interface HubOptions {
  readonly onProgress?: (file: string, done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** How long the hub may take to say whether it knows a model, in milliseconds. */
const patience = 15_000;
/** Most bytes of a file that is no weights: the largest vocabularies take 35 MB. */
const SMALL = 256 * 2 ** 20;
/** What is taken when it is there; weights are added by their index. */
const small = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "model.safetensors.index.json",
  MODULES,
  POOLING,
  // The licence stands in it.
  "README.md",
  "LICENSE",
];

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

interface Remote {
  readonly name: string;
  readonly etag: string | null;
  readonly size: number | null;
}

/** The snapshot folder. Null: the hub does not know the model (or says so to one without a token). Coded errors: `network-failed`, `base-needs-token`, `base-incomplete`, `base-pickled`, `checksum-mismatch`, `untrusted-answer`, `path-outside`, `disk-full`, `cannot-write`. */
export async function baseFromHub(id: string, model: CachedModel, o: HubOptions): Promise<string | null> {
  const secret = await token();
  const headers: Record<string, string> = secret ? { authorization: `Bearer ${secret}` } : {};
  const state = await stateOf(id, model.revision, headers, secret !== null, o.signal);
  if (!state) return null;
  const { commit, files } = state;
  const fetchOne = async (remote: Remote): Promise<string> => {
    const known = remote.etag ? remote : await headOf(id, commit, remote.name, headers, o.signal);
    await bring(id, commit, known, model, headers, o);
    return join(model.snapshot(commit), remote.name);
  };
  const named = new Map(files.map((f) => [f.name, f]));
  const config = named.get("config.json");
  if (!config) throw new CodedError("base-incomplete", { folder: id, missing: "config.json" });
  for (const name of small) {
    const file = named.get(name);
    if (file) await fetchOne(file);
  }
  for (const name of weightNames(named, join(model.snapshot(commit), "model.safetensors.index.json"), id)) {
    const remote = named.get(name);
    if (!remote) throw new CodedError("base-incomplete", { folder: id, missing: name });
    await fetchOne(remote);
  }
  await model.remember(commit);
  return model.snapshot(commit);
}

function weightNames(named: ReadonlyMap<string, Remote>, index: string, id: string): readonly string[] {
  if (named.has("model.safetensors")) return ["model.safetensors"];
  if (!named.has("model.safetensors.index.json")) throw noSafetensors(id, named.keys());
  return shardNames(index);
}

/** Commit and files of a revision. */
async function stateOf(
  id: string,
  revision: string,
  headers: Record<string, string>,
  hasToken: boolean,
  signal: AbortSignal | undefined,
): Promise<{ readonly commit: string; readonly files: readonly Remote[] } | null> {
  const url = `${hubEndpoint()}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const limit = AbortSignal.timeout(patience);
  const answer = await get(url, { headers, signal: signal ? AbortSignal.any([signal, limit]) : limit }).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof CodedError) throw error;
      throw new CodedError("network-failed", { url, why: `no answer in ${patience / 1000} s` }, { cause: error });
    },
  );
  const { statusCode: status } = answer;
  if (status === 404 || (status === 401 && answer.headers["x-error-code"] === "RepoNotFound")) {
    await answer.body.dump();
    return null;
  }
  if (status === 401 || status === 403) {
    await answer.body.dump();
    throw new CodedError("base-needs-token", { name: id, status, hasToken });
  }
  const text = await answerText(url, answer);
  if (status !== 200) throw new CodedError("network-failed", { url, why: `status ${status}` });
  const { sha, siblings } = stateIn(text, url);
  const files = siblings.flatMap((one): readonly Remote[] => {
    if (!isSibling(one)) return [];
    const { rfilename: name, blobId, size } = one;
    const lfs = isRecord(one.lfs) ? one.lfs : {};
    const etag = lfs["sha256"] ?? blobId ?? null;
    if (etag !== null && !isChecksum(etag)) throw untrusted(url, `a checksum of ${clipped(name)}`, etag);
    return [{ name, etag, size: sizeIn(lfs["size"] ?? size) }];
  });
  return { commit: sha, files };
}

const revision = fields({ sha: maybe, siblings: v.array(v.unknown()) });
const isCommit = like(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)));
/** Of what is no file in this sense nothing is taken. */
const isSibling = like(fields({ rfilename: v.string(), lfs: maybe, blobId: maybe, size: maybe }));

function stateIn(text: string, url: string): { readonly sha: string; readonly siblings: readonly unknown[] } {
  const said = jsonOrNone(text, revision);
  if (!said) throw new CodedError("network-failed", { url, why: "its answer is not what a hub answers" });
  const { sha, siblings } = said;
  if (!isCommit(sha)) throw untrusted(url, "a commit", sha);
  return { sha, siblings };
}

/** Checksum and size of a file from the headers of its first answer, before any redirect to where its bytes are. */
async function headOf(
  id: string,
  commit: string,
  name: string,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Remote> {
  const url = fileUrl(id, commit, name);
  const answer = await head(url, { headers: { "accept-encoding": "identity", ...headers }, signal });
  const first = (key: string): string | undefined => [answer.headers[key]].flat()[0];
  if (answer.statusCode >= 400) throw new CodedError("network-failed", { url, why: `status ${answer.statusCode}` });
  const stated = first("x-repo-commit");
  if (stated !== undefined && stated !== commit) throw untrusted(url, "a file of another commit", stated);
  const etag = (first("x-linked-etag") ?? first("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  if (!isChecksum(etag)) throw untrusted(url, `a checksum of ${name}`, etag);
  const size = first("x-linked-size") ?? (answer.statusCode < 300 ? first("content-length") : undefined);
  return { name, etag, size: size === undefined ? null : sizeIn(Number(size)) };
}

function untrusted(url: string, what: string, value: unknown): CodedError {
  return new CodedError("untrusted-answer", { url, what, value: clipped(JSON.stringify(value) ?? "none") });
}

function clipped(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)} …` : text;
}

function sizeIn(size: unknown): number | null {
  return Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : null;
}

async function bring(
  id: string,
  commit: string,
  remote: Remote,
  model: CachedModel,
  headers: Record<string, string>,
  o: HubOptions,
): Promise<void> {
  const etag = must(remote.etag, `the checksum of ${remote.name}`);
  const blob = model.blob(etag);
  const url = fileUrl(id, commit, remote.name);
  const weights = remote.name.endsWith(".safetensors");
  if (!weights && remote.size !== null && remote.size > SMALL)
    throw untrusted(url, `a size of ${remote.name}`, remote.size);
  await model.inside(blob);
  await fetchFile(url, blob, {
    headers,
    ...(/^[0-9a-f]{64}$/.test(etag) ? { sha256: etag } : {}),
    ...(remote.size === null ? {} : { size: remote.size }),
    ...(weights ? {} : { most: SMALL }),
    ...(o.signal ? { signal: o.signal } : {}),
    onProgress: (done, total) => o.onProgress?.(remote.name, done, total),
  });
  if ((await matches(blob, etag)) !== true) {
    await rm(blob, { force: true });
    throw new CodedError("checksum-mismatch", { url, expected: etag, got: "another git object" });
  }
  await model.place(commit, remote.name, etag);
}

function fileUrl(id: string, commit: string, name: string): string {
  return `${hubEndpoint()}/${id}/resolve/${commit}/${name.split("/").map(encodeURIComponent).join("/")}`;
}
