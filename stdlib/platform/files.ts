/**
 * Files as sources read them: found with a hint when the name is wrong, unpacked when it ends in `.gz`, in pieces. A page in
 * a browser brings a module of the same shape over the files that it was given (package.json: imports, `#platform/*`).
 */
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { nearest } from "#dsl/diagnostics/nearest.js";
import "../lib/sources/codes.js";

const PIECE = 64 * 1024;

/** Absolute path of a file that is there. Coded errors: `missing-file` (with the name that was probably meant), `unreadable-file`. */
export async function locate(folder: string, path: string): Promise<string> {
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
  const near = nearest(basename(file), names) ?? names.find((n) => n.toLowerCase() === basename(file).toLowerCase());
  return near === undefined ? null : relative(folder, join(dirname(file), near)).replaceAll("\\", "/");
}

/** Told how many bytes of a file are read, packed ones as they lie there, of how many. */
export type OnBytes = (read: number, of: number) => void;

/**
 * The bytes of a file as it is now, in pieces of about 64 KiB. `name` is what errors call it. Coded errors: `unreadable-file`,
 * `changed-while-read`; `giant-json` where there are more than `most`, unpacked.
 */
export async function* bytesOf(
  file: string,
  name: string,
  most = Infinity,
  onBytes?: OnBytes,
): AsyncGenerator<Uint8Array> {
  const handle = await open(file, "r").catch((error: unknown) => {
    throw unreadable(name, error);
  });
  try {
    const before = await handle.stat();
    if (before.size > most) throw new CodedError("giant-json", { file: name, limit: most });
    const raw = piecesOf(handle, before.size, onBytes);
    // How it ends is told by the stream that is read.
    const packed = name.toLowerCase().endsWith(".gz");
    const unpacked = packed ? pipeline(Readable.from(raw), createGunzip(), () => undefined) : raw;
    let read = 0;
    for await (const chunk of unpacked as AsyncIterable<Uint8Array>) {
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

/** The first `size` bytes; all there are of a file of /proc, which has no size before it is read. */
async function* piecesOf(handle: FileHandle, size: number, onBytes?: OnBytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; size === 0 || at < size;) {
    const piece = Buffer.allocUnsafe(size === 0 ? PIECE : Math.min(PIECE, size - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length);
    if (bytesRead === 0) return;
    at += bytesRead;
    onBytes?.(at, size);
    yield piece.subarray(0, bytesRead);
  }
}

function unreadable(name: string, cause: unknown): CodedError {
  return new CodedError("unreadable-file", { file: name, why: (cause as Error).message }, { cause });
}
