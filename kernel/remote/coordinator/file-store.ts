/**
 * A worker's input files, addressed by content hash. If all are at the coordinator's paths (same machine, shared disk)
 * with the right hashes, they are read there. Otherwise they are downloaded into a cache shared by all runs of this
 * machine, and laid out below a folder in the same structure; no path of the other machine is opened.
 */
import { copyFile, link, mkdir, readdir, rm, stat, symlink, utimes } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fetchFile } from "../../fetch/file.js";
import { diskError } from "../../fetch/disk.js";
import { cachedSha256Of } from "../../fetch/hashed.js";
import type { CoordinatorClient } from "./client.js";
import type { InputFile } from "./protocol.js";

export interface WorkerFileStore {
  /** Cache of files by hash, kept between runs. */
  readonly cache: string;
  /** This worker's private folder with the files in their original structure. */
  readonly folder: string;
  readonly client: Pick<CoordinatorClient, "blob" | "headers">;
  readonly signal?: AbortSignal;
}

/**
 * Makes the files available. Returns the prefix for all coordinator paths; empty if they are valid on this machine.
 */
export async function placeFiles(files: readonly InputFile[], shelf: WorkerFileStore): Promise<string> {
  if (await allHere(files)) return "";
  for (const file of files) await placed(file, pathBelowFolder(shelf.folder, file.path), shelf);
  return shelf.folder;
}

/** Copies a file to a separate path, where it may be modified. */
export async function copyFileTo(file: InputFile, to: string, shelf: WorkerFileStore): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile((await isHere(file)) ? file.path : await cached(file, shelf), to);
}

async function allHere(files: readonly InputFile[]): Promise<boolean> {
  for (const file of files) if (!(await isHere(file))) return false;
  return true;
}
async function isHere({ path, hash, bytes }: InputFile): Promise<boolean> {
  const found = isAbsolute(path) ? await stat(path).catch(() => null) : null;
  if (!found?.isFile() || found.size !== bytes) return false;
  return (await cachedSha256Of(path).catch(() => null)) === hash;
}

/** Maps a path of the other machine below the folder; none can lead out of it. */
export function pathBelowFolder(folder: string, path: string): string {
  const plain = normalize(path);
  if (!isAbsolute(path) || plain !== path || path.includes("\0"))
    throw new CodedError("request-refused", { why: `${path} is no path from the root` });
  return join(folder, plain);
}

async function placed(file: InputFile, to: string, shelf: WorkerFileStore): Promise<void> {
  if ((await stat(to).catch(() => null))?.size === file.bytes && (await cachedSha256Of(to)) === file.hash) return;
  const from = await cached(file, shelf);
  try {
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { force: true });
    await link(from, to)
      .catch(() => symlink(from, to))
      .catch(() => copyFile(from, to));
  } catch (error) {
    throw diskError(error, to);
  }
}

async function cached({ hash, bytes }: InputFile, { cache, client, signal }: WorkerFileStore): Promise<string> {
  const cachedPath = join(cache, hash.slice(0, 2), hash);
  const options = { sha256: hash, size: bytes, headers: client.headers, direct: true as const };
  await fetchFile(client.blob(hash), cachedPath, { ...options, ...(signal && { signal }) });
  // Records the time of last use as atime. Others read the file now, so its mtime must not change; it is in full
  // seconds, which are stored exactly.
  const { mtimeMs } = await stat(cachedPath);
  await utimes(cachedPath, new Date(), Math.floor(mtimeMs / 1000)).catch(() => undefined);
  return cachedPath;
}

/** In ms. */
const MONTH = 30 * 24 * 60 * 60_000;

/** Removes cached files that no worker of this machine has used for a month. */
export async function removeUnusedFiles(cache: string, now = Date.now()): Promise<void> {
  for (const shelf of await readdir(cache).catch(() => []))
    for (const name of await readdir(join(cache, shelf)).catch(() => [])) {
      const file = join(cache, shelf, name);
      const found = await stat(file).catch(() => null);
      if (found?.isFile() && Math.max(found.atimeMs, found.mtimeMs) < now - MONTH) await rm(file, { force: true });
    }
}
