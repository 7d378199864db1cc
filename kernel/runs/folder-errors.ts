/** What the disk says when a run's folder is written, as coded errors. */
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";

const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];
const REFUSED: readonly unknown[] = ["EACCES", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO", "EPERM"];

/** Coded errors `no-space` and `run-folder`; everything else is given back as it is. */
export function writing(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (FULL.includes(code)) return new CodedError("no-space", { path }, { cause: error });
  if (REFUSED.includes(code)) return new CodedError("run-folder", { folder: path, why: message }, { cause: error });
  if (code === "ENOENT") return gone(path, error);
  return error;
}

/** Of a folder that was deleted or moved away while it was written. */
export function gone(folder: string, cause?: unknown): CodedError {
  return new CodedError("run-folder", { folder, why: "it is no longer there" }, { cause });
}
