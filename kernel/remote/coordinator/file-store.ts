/**
 * Files as a worker gets them: by their content's hash. Where all lie at the coordinator's own paths (the same machine, a
 * shared disk) and have those hashes, they are read there. Else they are fetched, kept in a cache for all runs of this machine,
 * and laid out below a folder as they lie to each other there; no path of the other machine is ever opened.
 */
import { copyFile, link, mkdir, readdir, rm, stat, symlink, utimes } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { fetchFile } from "../../fetch/file.js";
import { diskError } from "../../fetch/disk.js";
import { cachedSha256Of } from "../../fetch/hashed.js";
import type { CoordinatorClient } from "./client.js";
import type { InputFile } from "./protocol.js";

export interface FileStore {
  /** Of files by their hash, kept between runs. */
  readonly cache: string;
  /** Of this worker alone: the files as they lie to each other. */
  readonly folder: string;
  readonly client: Pick<CoordinatorClient, "blob" | "headers">;
  readonly signal?: AbortSignal;
}

/** What stands before every path of the coordinator's here; empty: they are the same. */
export async function placeFiles(files: readonly InputFile[], shelf: FileStore): Promise<string> {
  if (await allHere(files)) return "";
  for (const file of files) await placed(file, pathBelowFolder(shelf.folder, file.path), shelf);
  return shelf.folder;
}

/** A copy of a file at a place of its own, which may be written on. */
export async function copyFileTo(file: InputFile, to: string, shelf: FileStore): Promise<void> {
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

/** Paths are the other machine's: none leads out of the folder. */
export function pathBelowFolder(folder: string, path: string): string {
  const plain = normalize(path);
  if (!isAbsolute(path) || plain !== path || path.includes("\0"))
    throw new CodedError("request-refused", { why: `${path} is no path from the root` });
  return join(folder, plain);
}

async function placed(file: InputFile, to: string, shelf: FileStore): Promise<void> {
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

async function cached({ hash, bytes }: InputFile, { cache, client, signal }: FileStore): Promise<string> {
  const cachedPath = join(cache, hash.slice(0, 2), hash);
  const options = { sha256: hash, size: bytes, headers: client.headers, direct: true as const };
  await fetchFile(client.blob(hash), cachedPath, { ...options, ...(signal && { signal }) });
  // When it was asked for last. Others read it now: its time of change stays, in whole seconds, which are written exactly.
  const { mtimeMs } = await stat(cachedPath);
  await utimes(cachedPath, new Date(), Math.floor(mtimeMs / 1000)).catch(() => undefined);
  return cachedPath;
}

/** Milliseconds. */
const MONTH = 30 * 24 * 60 * 60_000;

/** Takes away what no worker of this machine has asked for in a month. */
export async function removeUnusedFiles(cache: string, now = Date.now()): Promise<void> {
  for (const shelf of await readdir(cache).catch(() => []))
    for (const name of await readdir(join(cache, shelf)).catch(() => [])) {
      const file = join(cache, shelf, name);
      const found = await stat(file).catch(() => null);
      if (found?.isFile() && Math.max(found.atimeMs, found.mtimeMs) < now - MONTH) await rm(file, { force: true });
    }
}
