/**
 * Files as sources read them: found with a hint when the name is wrong, unpacked when it ends in `.gz`, in pieces. A page in
 * a browser brings a module of the same shape over the files that it was given (package.json: imports, `#platform/*`).
 */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { CodedError } from "#dsl/check/codes.js";
import { nearest } from "#dsl/check/nearest.js";
import "../sources/codes.js";

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

/** The bytes of a file, in pieces of about 64 KiB. `name` is what errors call it. Coded error `unreadable-file`. */
export async function* bytesOf(file: string, name: string): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file);
  const stream = name.toLowerCase().endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  raw.on("error", (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(name, error);
  } finally {
    raw.destroy();
  }
}

function unreadable(name: string, cause: unknown): CodedError {
  return new CodedError("unreadable-file", { file: name, why: (cause as Error).message }, { cause });
}
