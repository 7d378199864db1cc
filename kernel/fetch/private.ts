/**
 * Files and folders that only their owner may read. Rows, prompts, weights and training settings are written with these
 * functions; what a user writes to a chosen place (a saved or deployed model, a report, a bundle) has the usual mode.
 * Modes are set per file, since `process.umask` applies to the entire process, which a notebook's cells share.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { chmod, copyFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import writeFileAtomic from "write-file-atomic";

export const PRIVATE_MODES = { file: 0o600, folder: 0o700 } as const;

/** Creates the folder and its missing parents; an existing folder keeps its mode. Coded error `cannot-write`. */
export function makePrivateFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makePrivateFolder(parent);
  // Avoids Node's `recursive`, which retries endlessly below a folder that takes no entries (/proc).
  try {
    mkdirSync(folder, { mode: PRIVATE_MODES.folder });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(folder).isDirectory()) return;
    if (code !== "ENOENT" || !existsSync(parent)) throw error;
    throw new CodedError("cannot-write", { file: folder, why: "no folder can be created there" }, { cause: error });
  }
}

/** Writes the file atomically. A file that is replaced becomes private too. */
export function writePrivateFile(file: string, content: string | Buffer): void {
  writeFileAtomic.sync(file, content, { mode: PRIVATE_MODES.file });
}
export function writePrivateFileAsync(file: string, content: string | Buffer): Promise<void> {
  return writeFileAtomic(file, content, { mode: PRIVATE_MODES.file });
}

/**
 * Copies a file that may be private to a place of the user's choice, with the usual mode, which a plain copy would not
 * set.
 */
export async function copyWithUsualMode(from: string, to: string): Promise<void> {
  await writeFile(to, "");
  const { mode } = await stat(to);
  await copyFile(from, to);
  await chmod(to, mode);
}

/**
 * Removes other users' permissions from a file, or from a folder and its content, that was written with the usual mode.
 */
export function makePrivate(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
      const entryPath = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) chmodSync(entryPath, PRIVATE_MODES.folder);
      else if (entry.isFile()) chmodSync(entryPath, PRIVATE_MODES.file);
    }
    chmodSync(path, PRIVATE_MODES.folder);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return closeFile(path);
    // Deleted meanwhile, or owned by another user, who decides on it.
    if (!["ENOENT", "EPERM", "EROFS", "EACCES"].includes(code)) throw error;
  }
}
function closeFile(file: string): void {
  try {
    chmodSync(file, PRIVATE_MODES.file);
  } catch {
    // As above.
  }
}
