/**
 * Reads untrusted files completely: only regular files of a bounded size, otherwise the reason. A FIFO would block
 * forever, a device never ends, and a file larger than the memory would end the process.
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
/** A file exists but cannot be read completely. */
export class FileNotRead extends Error {
  /** `bytes`: its size, if that is above the maximum. */
  constructor(
    readonly why: string,
    readonly bytes?: number,
    cause?: unknown,
  ) {
    super(why, { cause });
  }
}

/** Opens a regular file for reading; null if it does not exist. Throws `FileNotRead`. */
export function openRegularFile(file: string): number | null {
  let fd: number;
  try {
    // Non-blocking: opening a FIFO without a writer would block.
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

/** Reads at most `most` bytes; null if the file does not exist. Throws `FileNotRead`. */
export function readWholeFile(file: string, most: number): Buffer | null {
  const fd = openRegularFile(file);
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

/** Maximum bytes of a program or a settings file, more than anyone writes by hand. */
export const maxSourceBytes = 16 * 2 ** 20;

/**
 * The bytes of a file that a person named `as`. Coded errors `missing-file` (or the result of `missing`),
 * `unreadable-file`, `file-too-large`.
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
