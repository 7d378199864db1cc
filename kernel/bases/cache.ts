/**
 * The Hugging Face cache, shared with every other tool on the machine: `models--OWNER--NAME` with `refs/` (branch to commit),
 * `snapshots/COMMIT/` (the files, as links) and `blobs/` (their bytes, named by checksum).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  copyFile,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { sha256Of } from "../fetch/file.js";
import { demandPathInside } from "../fetch/inside.js";
import { SHARD_INDEX_FILE, readShardNames } from "../tensors/shards.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** `HF_HUB_CACHE`, else `HF_HOME/hub`, else the user's cache folder. */
export function hubCacheFolder(env: Environment = process.env): string {
  const set = env["HF_HUB_CACHE"] || env["HUGGINGFACE_HUB_CACHE"];
  return set ? resolve(expand(set)) : join(hubHomeFolder(env), "hub");
}

export function hubHomeFolder(env: Environment = process.env): string {
  if (env["HF_HOME"]) return resolve(expand(env["HF_HOME"]));
  return join(env["XDG_CACHE_HOME"] ? expand(env["XDG_CACHE_HOME"]) : join(homedir(), ".cache"), "huggingface");
}

function expand(path: string): string {
  return path.replace(/^~(?=$|[\\/])/, homedir());
}

const COMMIT = /^[0-9a-f]{40}$/;
/** A hub's checksum: SHA-256, or git's object id. */
const CHECKSUM = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function isChecksumEtag(etag: unknown): etag is string {
  return typeof etag === "string" && CHECKSUM.test(etag);
}

export type RepositoryKind = "models" | "datasets";

/**
 * Path of a model or data set in the cache. Commits and checksums come from a hub: only well-formed ones become paths,
 * and nothing is written where a link leads out of the cache (coded errors `path-outside`, `cannot-write`,
 * `disk-full`).
 */
export class CachedHubRepository {
  readonly root: string;
  constructor(
    id: string,
    readonly revision: string,
    private readonly cache: string = hubCacheFolder(),
    kind: RepositoryKind = "models",
  ) {
    this.root = join(cache, `${kind}--${id.replaceAll("/", "--")}`);
  }
  /** The commit of the revision when it was downloaded, or null. */
  async commit(): Promise<string | null> {
    if (COMMIT.test(this.revision)) return this.revision;
    const file = join(this.root, "refs", this.revision);
    const text = (await isFile(file)) ? await readFile(file, "utf8").catch(() => "") : "";
    return COMMIT.test(text.trim()) ? text.trim() : null;
  }
  snapshot(commit: string): string {
    return join(this.root, "snapshots", formed(COMMIT, commit));
  }
  blob(etag: string): string {
    return join(this.root, "blobs", formed(CHECKSUM, etag));
  }
  /** Refuses a path of this model that is not below the cache. */
  inside(path: string): Promise<void> {
    return demandPathInside(this.cache, path);
  }
  async remember(commit: string): Promise<void> {
    if (this.revision === commit) return;
    const file = join(this.root, "refs", this.revision);
    await this.inside(file);
    const work = `${file}.${process.pid}`;
    try {
      await mkdir(dirname(file), { recursive: true });
      await rm(work, { force: true });
      await writeFile(work, formed(COMMIT, commit), { flag: "wx" });
      await rename(work, file);
    } catch (error) {
      throw diskError(error, file);
    }
  }
  /**
   * Makes `snapshots/COMMIT/NAME` refer to a blob: by a relative link, a hard link or a copy, whichever the file system
   * supports.
   */
  async place(commit: string, name: string, etag: string): Promise<void> {
    const target = this.blob(etag);
    const file = join(this.snapshot(commit), name);
    const work = `${file}.${process.pid}`;
    await demandPathInside(this.snapshot(commit), file);
    await this.inside(file);
    try {
      await mkdir(dirname(file), { recursive: true });
      await rm(work, { force: true });
      await symlink(relative(dirname(file), target), work)
        .catch(() => link(target, work))
        .catch(() => copyFile(target, work));
      await rename(work, file);
    } catch (error) {
      throw diskError(error, file);
    }
  }
}

/**
 * Checks a name that will become a path. Malformed ones never get this far; the check prevents a bug from writing a
 * file.
 */
function formed(form: RegExp, name: string): string {
  if (!form.test(name)) throw new CodedError("path-outside", { path: name, folder: "the cache" });
  return name;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isFile() === true;
}

/** Returns the folder of a complete model with correct checksums; otherwise why the cache has none. */
export async function intactSnapshotOf(
  model: CachedHubRepository,
): Promise<{ readonly folder: string } | { readonly why: string }> {
  const commit = await model.commit();
  const names = commit ? await readdir(model.snapshot(commit)).catch(() => []) : [];
  if (!commit || names.length === 0) return { why: "it is not there" };
  const folder = model.snapshot(commit);
  for (const name of names) {
    const file = join(folder, name);
    if (!/\.(json|safetensors)$/.test(name)) continue;
    if ((await stat(file).catch(() => null)) === null || (await snapshotFileIsIntact(file)) === false)
      return { why: `${name} there does not have its checksum` };
  }
  const weights = names.includes("model.safetensors") ? ["model.safetensors"] : cachedShards(folder, names);
  return [...weights, "config.json"].every((name) => names.includes(name))
    ? { folder }
    : { why: "it is there in part" };
}

/** Returns the shards listed in the cache's index, or, without an index, the name of the single file. */
function cachedShards(folder: string, names: readonly string[]): readonly string[] {
  if (!names.includes(SHARD_INDEX_FILE)) return ["model.safetensors"];
  return readShardNames(join(folder, SHARD_INDEX_FILE));
}

/** Reports whether a file of a snapshot has its blob's checksum; null if the name contains none (a copy). */
export async function snapshotFileIsIntact(file: string): Promise<boolean | null> {
  const linked = (await lstat(file)).isSymbolicLink() ? basename(await readlink(file)) : null;
  return linked === null ? null : fileMatchesEtag(file, linked);
}

/** A blob's name is its SHA-256 (large files) or its git object id (others); null for other names. */
export async function fileMatchesEtag(file: string, etag: string): Promise<boolean | null> {
  if (/^[0-9a-f]{64}$/.test(etag)) return (await sha256Of(file)) === etag;
  if (/^[0-9a-f]{40}$/.test(etag)) return (await gitId(file)) === etag;
  return null;
}

async function gitId(file: string): Promise<string> {
  const hash = createHash("sha1").update(`blob ${(await stat(file)).size}\0`);
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
