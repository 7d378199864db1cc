/**
 * File access for sources: locates files with a hint for wrong names, decompresses them by suffix, and reads them in
 * pieces or at offsets. A web page uses a module with the same interface for its given files (package.json: imports,
 * `#platform/*`).
 */
import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { matchesPathPattern, isPathPattern, mayContainMatches, parsePathPattern } from "../files/path-patterns.js";
import { isCompressedFileName, decompressFile } from "./packed.js";

const PIECE = 64 * 1024;
const SMALL = { piece: 4 * 1024, until: 2 ** 20 } as const;

/**
 * Returns the absolute path of an existing file. Coded errors: `missing-file` (with the probable name),
 * `unreadable-file`.
 */
export async function locateFile(folder: string, path: string): Promise<string> {
  const file = resolve(folder, path);
  try {
    const found = await stat(file);
    if (found.isFile()) return file;
    throw new CodedError("unreadable-file", {
      file: path,
      why: found.isDirectory() ? "it is a folder" : "it is no file",
    });
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(path, error);
    throw new CodedError("missing-file", { path, folder, near: await nearName(folder, file) });
  }
}

async function nearName(folder: string, file: string): Promise<string | null> {
  const names = await readdir(dirname(file)).catch(() => []);
  const near =
    nearestWord(basename(file), names) ?? names.find((n) => n.toLowerCase() === basename(file).toLowerCase());
  return near === undefined ? null : relative(folder, join(dirname(file), near)).replaceAll("\\", "/");
}

/** Annotation files are stored next to the data files, but contain no rows. */
const ANNOTATIONS = /\.annotations\.jsonl$/;

/** Maximum number of files that a pattern may match. */
const MOST_FILES = 10_000;

/**
 * Returns the paths of the files that a path or pattern names, relative to `folder` as written, in order. A plain path
 * is returned unchanged, whether it exists or not; a pattern gives all matches. Annotation files are left out. Links
 * that lead out of the pattern's root folder are not followed. Coded errors `no-files`, `too-many-files`.
 */
export function filesMatching(folder: string, path: string): readonly string[] {
  if (!isPathPattern(path) || statSync(resolve(folder, path), { throwIfNoEntry: false })?.isFile()) return [path];
  const { root, forms } = parsePathPattern(path);
  const top = resolve(folder, root);
  const found = [...walk(top, forms)];
  if (found.length > MOST_FILES) throw new CodedError("too-many-files", { path, limit: MOST_FILES });
  if (found.length === 0)
    throw new CodedError("no-files", { path, folder, there: entriesOf(top).map(nameShown).sort().slice(0, 12) });
  return found
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => (root === "" ? name : `${root.replace(/\/$/, "")}/${name}`));
}

function* walk(top: string, forms: readonly (readonly string[])[]): Generator<string> {
  const real = realOf(top);
  if (real === null) return;
  const waiting: (readonly string[])[] = [[]];
  let found = 0;
  for (let names = waiting.pop(); names && found <= MOST_FILES; names = waiting.pop()) {
    for (const entry of entriesOf(join(top, ...names))) {
      const path = [...names, entry.name];
      const kind = kindOf(entry, join(top, ...path), real);
      if (kind === "folder" && forms.some((form) => mayContainMatches(path, form))) waiting.push(path);
      if (kind !== "file" || ANNOTATIONS.test(entry.name) || !forms.some((form) => matchesPathPattern(path, form)))
        continue;
      found++;
      yield path.join("/");
    }
  }
}

/**
 * Returns the kind of an entry; null if it is unreadable, a link that leads out of `top`, or a link to a folder (which
 * could form a cycle).
 */
function kindOf(entry: Dirent, path: string, top: string): "file" | "folder" | null {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return null;
  const real = realOf(path);
  if (real === null || !isWithin(real, top)) return null;
  return statSync(real, { throwIfNoEntry: false })?.isFile() ? "file" : null;
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Returns the entries of a folder; none if it is not a folder or not readable. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function nameShown(entry: Dirent): string {
  return entry.isDirectory() ? `${entry.name}/` : entry.name;
}

export async function fileSize(file: string): Promise<number> {
  return (await stat(file)).size;
}

/** A file with random access. */
export interface FileBlocks {
  readonly size: number;
  /** Reads bytes `from` … `to` − 1. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** Checks that the file has not changed. Coded error `changed-while-read`. */
  demandSame(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file; `name` is its name in errors. Coded error `unreadable-file`, also from reads. */
export async function openFileBlocks(file: string, name: string): Promise<FileBlocks> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(name, error);
  });
  const before = await handle.stat();
  return {
    size: before.size,
    async read(from, to) {
      const bytes = new Uint8Array(Math.max(0, to - from));
      for (let offset = 0; offset < bytes.length;) {
        const { bytesRead } = await handle
          .read(bytes, offset, bytes.length - offset, from + offset)
          .catch((error: unknown) => {
            throw unreadable(name, error);
          });
        if (bytesRead === 0) throw new CodedError("changed-while-read", { file: name });
        offset += bytesRead;
      }
      return bytes;
    },
    async demandSame() {
      const after = await handle.stat();
      if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
        throw new CodedError("changed-while-read", { file: name });
    },
    close: () => handle.close(),
  };
}

/** Reports bytes read and total bytes of a file, counted as stored (compressed). */
export type OnBytesRead = (read: number, total: number) => void;

/**
 * Reads a file's bytes in pieces of about 64 KiB; `name` is its name in errors. Coded errors: `unreadable-file`,
 * `changed-while-read`; `giant-json` if it has more than `most` bytes, decompressed.
 */
export async function* readFileBytes(
  file: string,
  name: string,
  most = Infinity,
  onBytes?: OnBytesRead,
): AsyncGenerator<Uint8Array> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(name, error);
  });
  try {
    const before = await handle.stat();
    if (before.size > most) throw new CodedError("giant-json", { file: name, limit: most });
    const raw = piecesOf(handle, before.size, { onBytes, small: isCompressedFileName(name) });
    let read = 0;
    for await (const chunk of decompressFile(raw, file, name, before.size)) {
      read += chunk.length;
      if (read > most) throw new CodedError("giant-json", { file: name, limit: most });
      yield chunk;
    }
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new CodedError("changed-while-read", { file: name });
  } catch (error) {
    throw error instanceof CodedError ? error : unreadable(name, error);
  } finally {
    await handle.close();
  }
}

/** Reads the first `size` bytes; for a file of /proc, whose size is unknown before reading, all bytes. */
async function* piecesOf(
  handle: FileHandle,
  size: number,
  { onBytes, small }: { readonly onBytes?: OnBytesRead | undefined; readonly small: boolean },
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; size === 0 || offset < size;) {
    // A small piece of a compressed file may expand to megabytes; small first pieces show the ratio early.
    const most = small && offset < SMALL.until ? SMALL.piece : PIECE;
    const piece = Buffer.allocUnsafe(size === 0 ? most : Math.min(most, size - offset));
    const { bytesRead } = await handle.read(piece, 0, piece.length);
    if (bytesRead === 0) return;
    offset += bytesRead;
    onBytes?.(offset, size);
    yield piece.subarray(0, bytesRead);
  }
}

function unreadable(name: string, cause: unknown): CodedError {
  return new CodedError("unreadable-file", { file: name, why: (cause as Error).message }, { cause });
}
