/**
 * Files that are read whole, with suspicion: a regular file of a bounded size, or why not. A FIFO would be waited for without
 * an end, a device never ends, and what has more bytes than the memory ends the process.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

const FOLDER = "it is a folder";
const ODD = "it is no regular file";
const WHY: Readonly<Record<string, string>> = {
  EISDIR: FOLDER,
  ELOOP: "symbolic links lead in a circle",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  ENOTDIR: "a part of its path is a file, not a folder",
  ENXIO: ODD,
};
/** A file is there, but can't be read whole. */
export class FileNotRead extends Error {
  /** `bytes`: it has so many, more than are read whole. */
  constructor(
    readonly why: string,
    readonly bytes?: number,
    cause?: unknown,
  ) {
    super(why, { cause });
  }
}

/** Opens a regular file to read it; null: there is none. Throws `FileNotRead`. */
export function openRegular(file: string): number | null {
  let fd: number;
  try {
    // Without waiting: a FIFO that nobody writes to would be waited for, here and in every other reader of it.
    fd = openSync(file, constants.O_RDONLY | (process.platform === "win32" ? 0 : constants.O_NONBLOCK));
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new FileNotRead(WHY[code] ?? message, undefined, error);
  }
  const found = fstatSync(fd);
  if (found.isFile()) return fd;
  closeSync(fd);
  throw new FileNotRead(found.isDirectory() ? FOLDER : ODD);
}

/** Its bytes, `most` of them; null: there is no such file. Throws `FileNotRead`. */
export function readWholeFile(file: string, most: number): Buffer | null {
  const fd = openRegular(file);
  if (fd === null) return null;
  try {
    const { size } = fstatSync(fd);
    if (size > most) throw new FileNotRead(`it has more than ${String(most / 2 ** 20)} MiB`, size);
    return readFileSync(fd);
  } catch (error) {
    throw error instanceof FileNotRead ? error : new FileNotRead((error as Error).message, undefined, error);
  } finally {
    closeSync(fd);
  }
}

/** Bytes of a program or a settings file; nobody writes as many by hand. */
export const maxSourceBytes = 16 * 2 ** 20;

/**
 * The bytes of a file that a person named `as`. Coded errors `missing-file` (or what `missing` makes), `unreadable-file`,
 * `file-too-large`.
 */
export function readNamedBytes(
  file: string,
  as = file,
  { most = maxSourceBytes, missing }: { readonly most?: number; readonly missing?: () => CodedError } = {},
): Buffer {
  try {
    const bytes = readWholeFile(file, most);
    if (bytes) return bytes;
  } catch (error) {
    if (!(error instanceof FileNotRead)) throw error;
    const { why, bytes } = error;
    if (bytes !== undefined) throw new CodedError("file-too-large", { file: as, bytes, most }, { cause: error });
    throw new CodedError("unreadable-file", { file: as, why }, { cause: error });
  }
  throw missing?.() ?? new CodedError("missing-file", { path: as, folder: process.cwd(), near: null });
}
export function readNamedText(...args: Parameters<typeof readNamedBytes>): string {
  return readNamedBytes(...args).toString("utf8");
}
