/**
 * Downloads a model from the hub to the shared cache: the branch is resolved to its commit first, so that all files
 * match.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { join } from "node:path";
import * as v from "valibot";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { objectWith, parseJsonOrNull, schemaGuard, optionalUnknown } from "../fetch/json.js";
import { isChecksumEtag, type CachedHubRepository } from "./cache.js";
import {
  readHubAuthorisation,
  requestHubApi,
  fetchHubFile,
  clipHubText,
  hubEndpoint,
  isCommitHash,
  validFileSizeOrNull,
  untrustedAnswerError,
  type HubAuthorisation,
  type HubFile,
  noSafetensorsError,
} from "./hub-files.js";
import { MODULES_FILE, POOLING_CONFIG_FILE } from "./embedding.js";
import { readShardNames } from "../tensors/shards.js";

export interface HubDownloadOptions {
  readonly onProgress?: (file: string, done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** Maximum bytes of a file without weights: the largest vocabularies take 35 MB. */
const SMALL = 256 * 2 ** 20;
/** Files downloaded if they exist; weights are added by their index. */
const small = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "model.safetensors.index.json",
  MODULES_FILE,
  POOLING_CONFIG_FILE,
  // Contains the licence.
  "README.md",
  "LICENSE",
];

/**
 * Returns the snapshot folder. Null: the hub does not know the model (or says so to a client without a token). Coded
 * errors: `network-failed`, `base-needs-token`, `base-incomplete`, `base-pickled`, `checksum-mismatch`,
 * `untrusted-answer`, `path-outside`, `disk-full`, `cannot-write`.
 */
export async function fetchBaseFromHub(
  id: string,
  model: CachedHubRepository,
  options: HubDownloadOptions,
): Promise<string | null> {
  const auth = await readHubAuthorisation();
  const state = await stateOf(id, model.revision, auth, options.signal);
  if (!state) return null;
  const { commit, files } = state;
  const fetchOne = async (remote: HubFile): Promise<string> => {
    await fetchHubFile({ kind: "models", id }, commit, remote, model, auth, {
      ...(remote.name.endsWith(".safetensors") ? {} : { most: SMALL }),
      signal: options.signal,
      onProgress: (done, total) => options.onProgress?.(remote.name, done, total),
    });
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

function weightNames(named: ReadonlyMap<string, HubFile>, index: string, id: string): readonly string[] {
  if (named.has("model.safetensors")) return ["model.safetensors"];
  if (!named.has("model.safetensors.index.json")) throw noSafetensorsError(id, named.keys());
  return readShardNames(index);
}

/** Reads the commit and files of a revision. */
async function stateOf(
  id: string,
  revision: string,
  auth: HubAuthorisation,
  signal: AbortSignal | undefined,
): Promise<{ readonly commit: string; readonly files: readonly HubFile[] } | null> {
  const url = `${hubEndpoint()}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const refused = (status: number): CodedError =>
    new CodedError("base-needs-token", { name: id, status, hasToken: auth.hasToken });
  const answer = await requestHubApi(url, auth, refused, signal);
  if ("missing" in answer) return null;
  const { text } = answer;
  const { sha, siblings } = stateIn(text, url);
  const files = siblings.flatMap((one): readonly HubFile[] => {
    if (!isSibling(one)) return [];
    const { rfilename: name, blobId, size } = one;
    const lfs = isRecord(one.lfs) ? one.lfs : {};
    const etag = lfs["sha256"] ?? blobId ?? null;
    if (etag !== null && !isChecksumEtag(etag))
      throw untrustedAnswerError(url, `a checksum of ${clipHubText(name)}`, etag);
    return [{ name, etag, size: validFileSizeOrNull(lfs["size"] ?? size) }];
  });
  return { commit: sha, files };
}

const revision = objectWith({ sha: optionalUnknown, siblings: v.array(v.unknown()) });
/** Entries that are not files of this form are ignored. */
const isSibling = schemaGuard(
  objectWith({ rfilename: v.string(), lfs: optionalUnknown, blobId: optionalUnknown, size: optionalUnknown }),
);

function stateIn(text: string, url: string): { readonly sha: string; readonly siblings: readonly unknown[] } {
  const answer = parseJsonOrNull(text, revision);
  if (!answer)
    throw new CodedError("network-failed", { url: redactedUrl(url), why: "its response is not that of a hub" });
  const { sha, siblings } = answer;
  if (!isCommitHash(sha)) throw untrustedAnswerError(url, "a commit", sha);
  return { sha, siblings };
}
