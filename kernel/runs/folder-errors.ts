/** What the disk says when a run's folder is written, as coded errors. */
import { existsSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** What the system says, and what the engine's host and the cache make of it. */
const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG", "disk-full", "no-space"];
const REFUSED: readonly unknown[] = ["EACCES", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO", "EPERM"];

/** Coded errors `no-space` and `run-folder`; everything else is given back as it is. */
export function toRunFolderError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const noSpace = diskFullError(error, path);
  if (noSpace) return noSpace;
  if (REFUSED.includes(code)) return new CodedError("run-folder", { folder: path, why: message }, { cause: error });
  if (code === "ENOENT") return folderGoneError(path, error);
  return error;
}

/** Coded error `no-space`, of whatever says that the disk is full; null: it is something else. */
export function diskFullError(
  error: unknown,
  path: string,
  after?: "saving" | "training" | "deploying",
): CodedError<"no-space"> | null {
  if (!FULL.includes((error as NodeJS.ErrnoException | null)?.code)) return null;
  return new CodedError("no-space", { path, ...(after && { after }) }, { cause: error });
}

/** Coded error `run-folder` where the folder of a run is no longer there. */
export function checkFolderExists(folder: string): void {
  if (!existsSync(folder)) throw folderGoneError(folder);
}

/** Of a folder that was deleted or moved away. */
export function folderGoneError(folder: string, cause?: unknown): CodedError {
  return new CodedError("run-folder", { folder, why: "it is no longer there", gone: true }, { cause });
}
