/** Converts disk errors of a run's folder to coded errors. */
import { existsSync } from "node:fs";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Error codes of the system, the engine host and the cache for a full disk. */
const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG", "disk-full", "no-space"];
const REFUSED: readonly unknown[] = ["EACCES", "EROFS", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO", "EPERM"];

/** Returns the coded errors `no-space` and `run-folder`; any other error is returned unchanged. */
export function toRunFolderError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const noSpace = diskFullError(error, path);
  if (noSpace) return noSpace;
  if (REFUSED.includes(code)) return new CodedError("run-folder", { folder: path, why: message }, { cause: error });
  if (code === "ENOENT") return folderGoneError(path, error);
  return error;
}

/** Returns the coded error `no-space` if the error means a full disk; null otherwise. */
export function diskFullError(
  error: unknown,
  path: string,
  after?: "saving" | "training" | "deploying",
): CodedError<"no-space"> | null {
  if (!FULL.includes((error as NodeJS.ErrnoException | null)?.code)) return null;
  return new CodedError("no-space", { path, ...(after && { after }) }, { cause: error });
}

/** Throws the coded error `run-folder` if the run's folder no longer exists. */
export function checkFolderExists(folder: string): void {
  if (!existsSync(folder)) throw folderGoneError(folder);
}

/** Error for a folder that was deleted or moved. */
export function folderGoneError(folder: string, cause?: unknown): CodedError {
  return new CodedError("run-folder", { folder, why: "it is no longer there", gone: true }, { cause });
}
