/**
 * Resolves the name of a base model: a folder, the Hugging Face cache, a package, then the hub; the first match wins.
 * Every match is verified before use. If all places fail, the error lists each place's answer.
 */
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, isAbsolute, resolve } from "node:path";
import { looksLikeUrl, redactedUrl } from "#dsl/language/diagnostics/address.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { BaseOrigin } from "#dsl/language/types/facts.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { registry as whole } from "#stdlib/registry.js";
import type { ProgressUpdate } from "../host/host-context.js";
import type { BaseModel } from "./base.js";
import { CachedHubRepository, hubCacheFolder, intactSnapshotOf } from "./cache.js";
import type { FailedBaseLookup } from "./base-codes.js";
import { sha256Of } from "../fetch/file.js";
import { readGgufHeader } from "./gguf/file.js";
import { convertGguf, convertedGgufFolder, originalWeightFormatOf } from "./gguf/convert.js";
import { fetchBaseFromHub } from "./hub.js";
import { hubEndpoint, isHubOffline, isPickleFile } from "./hub-files.js";
import { openBase } from "./open.js";
import { ensureBaseFromWheel, packagedBases, findPackagedBase, packageOrigin } from "./packages.js";

export type { BaseModel as Base } from "./base.js";

export interface ResolveOptions {
  /** Folder that relative paths start from. */
  readonly folder: string;
  readonly onProgress?: (progress: ProgressUpdate) => void;
  readonly signal?: AbortSignal;
  /** Disables all network access. `HF_HUB_OFFLINE=1` disables access to the hub only. */
  readonly offline?: boolean;
  /**
   * Disables network access because the folder is not trusted. A base that is not cached throws the coded error
   * `not-fetched`.
   */
  readonly cacheOnly?: boolean;
  readonly registry?: Registry;
}

/**
 * `name`: a path (of a folder or a GGUF file), the hub's `owner/name` or `owner/name@revision`, or a name of a packaged
 * base. Coded errors: `base-is-address`, `base-not-found`, `base-needs-token`, `base-pickled`, `base-damaged`, and
 * those of `openBase` and of downloads.
 */
export async function resolveBase(name: string, options: ResolveOptions): Promise<BaseModel> {
  const registry = options.registry ?? whole;
  if (looksLikeUrl(name)) throw new CodedError("base-is-address", { address: redactedUrl(name) });
  const tried: FailedBaseLookup[] = [];
  const path = resolve(options.folder, name.replace(/^~(?=$|[\\/])/, homedir()));
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) return openBase(path, "folder", registry);
  if (there?.isFile() && path.endsWith(".gguf")) {
    const folder = await fromGguf(path, options);
    const stored = originalWeightFormatOf(folder, path);
    return fromThere(await openBase(folder, "folder", registry), {
      file: basename(path),
      ...(stored !== undefined && { stored }),
    });
  }
  if (there?.isFile() && isPickleFile(path))
    throw new CodedError("base-pickled", { place: name, file: basename(path) });
  tried.push({ place: `folder ${path}`, why: there ? "it is a file, but not in the GGUF format" : "there is none" });
  const hub = parseHubName(name);
  if (!hub) return notFound(name, tried, options.folder);

  const model = new CachedHubRepository(hub.id, hub.revision);
  const cached = await intactSnapshotOf(model);
  if ("folder" in cached)
    return fromThere(await openBase(cached.folder, "cache", registry), hubOrigin(hub.id, cached.folder));
  tried.push({ place: `cache ${hubCacheFolder()}`, why: cached.why });

  const packaged = findPackagedBase(hub.id);
  if (packaged) {
    const label = `${packaged.project} ${packaged.version}`;
    try {
      const folder = await ensureBaseFromWheel(packaged, { ...passed(options), ...progress(options, label) });
      return fromThere(await openBase(folder, "package", registry), packageOrigin(packaged, folder));
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      tried.push({ place: `package ${label}`, why: error.message });
    }
  } else tried.push({ place: "packages", why: "none is known to carry it" });
  if (options.cacheOnly) {
    const near = await nearName(name, options.folder);
    throw new CodedError("not-fetched", {
      what: `the base "${name}"`,
      folder: options.folder,
      near,
      because: "untrusted",
    });
  }

  const place = `hub ${hubEndpoint()}`;
  if (options.offline || isHubOffline())
    tried.push({ place, why: options.offline ? "not requested (offline)" : "not requested (HF_HUB_OFFLINE)" });
  else {
    try {
      const folder = await fetchBaseFromHub(hub.id, model, {
        ...passed(options),
        onProgress: (file, done, total) => options.onProgress?.({ label: `${hub.id}: ${file}`, done, total }),
      });
      if (folder) return fromThere(await openBase(folder, "hub", registry), hubOrigin(hub.id, folder));
      tried.push({ place, why: "it has no model of that name, or gives it only with a token (HF_TOKEN)" });
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      tried.push({ place, why: error.message });
    }
  }
  return notFound(name, tried, options.folder);
}

function fromThere(base: BaseModel, origin: BaseOrigin): BaseModel {
  return { ...base, facts: { ...base.facts, origin } };
}

/** The cache names its folders by the hub's commit. */
function hubOrigin(repository: string, folder: string): BaseOrigin {
  return { repository, revision: basename(folder) };
}

async function fromGguf(file: string, options: ResolveOptions): Promise<string> {
  // Reads the header first, so that other files are refused before the complete file is read for its hash.
  readGgufHeader(file);
  const sha256 = await sha256Of(file);
  const { signal } = options;
  return convertGguf(file, sha256, convertedGgufFolder(sha256), {
    ...progress(options, basename(file)),
    ...(signal && { signal }),
  });
}

/** Parses a name of the hub. Returns null for a name that can only be a path. */
export function parseHubName(name: string): { readonly id: string; readonly revision: string } | null {
  const [, written, revision] = /^([^@]+)(?:@([\w./-]+))?$/.exec(name) ?? [];
  if (written === undefined || isAbsolute(name) || /^[.~]/.test(name)) return null;
  if (!/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/.test(written) || name.includes("..")) return null;
  return { id: findPackagedBase(written)?.names[0] ?? written, revision: revision ?? "main" };
}

/**
 * Returns whether the place is unreachable or lacks the model, so that the next place is tried. Other errors are thrown
 * at once.
 */
function isUnreachable(error: unknown): error is CodedError {
  return error instanceof CodedError && ["network-failed", "no-wheel"].includes(error.code as string);
}

function passed(options: ResolveOptions): { signal?: AbortSignal; offline?: boolean } {
  return {
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.offline || options.cacheOnly ? { offline: true } : {}),
  };
}

function progress(
  options: ResolveOptions,
  label: string,
): { onProgress?: (done: number, total: number | null) => void } {
  const { onProgress } = options;
  return onProgress ? { onProgress: (done, total) => onProgress({ label, done, total }) } : {};
}

async function notFound(name: string, tried: readonly FailedBaseLookup[], folder: string): Promise<never> {
  throw new CodedError("base-not-found", { name, tried, near: await nearName(name, folder) });
}

/**
 * Returns the closest spelling among the folders in the notebook's folder and the packaged bases; null if none is
 * close.
 */
async function nearName(name: string, folder: string): Promise<string | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((e) => e.isDirectory()).map((e) => e.name);
  return nearestWord(name, [...folders, ...packagedBases.flatMap((base) => base.names)]) ?? null;
}
