/** Converts errors of a full disk or an unwritable place to coded errors, whichever call they come from. */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "a folder has that name",
  EEXIST: "a file has that name",
  ELOOP: "symbolic links on its path lead in a circle, or to elsewhere",
  ENAMETOOLONG: "its name is too long for the file system",
};

/**
 * Turns "no space" errors of any kind into the coded error `disk-full`, and a path that can't be written into
 * `cannot-write`; returns all other errors unchanged.
 */
export function diskError(error: unknown, file: string, needed: number | null = null): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === undefined) return error;
  if (Object.hasOwn(UNUSABLE, code))
    return new CodedError("cannot-write", { file, why: UNUSABLE[code]! }, { cause: error });
  if (!FULL.has(code)) return error;
  return new CodedError("disk-full", { file, needed, free: null }, { cause: error });
}

/** Throws `disk-full` before anything is written if `bytes` do not fit on the file's disk. */
export async function demandDiskSpace(file: string, bytes: number): Promise<void> {
  let free: number;
  try {
    const s = await statfs(dirname(file));
    free = s.bavail * s.bsize;
  } catch {
    return; // No statfs on this system: the write itself will fail if necessary.
  }
  if (free < bytes) throw new CodedError("disk-full", { file, needed: bytes, free });
}
