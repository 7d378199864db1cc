/**
 * Files and folders that only their owner may read. What holds rows, prompts, weights or the settings of a training is written by
 * these; what a user writes to a place of their choice (a saved or deployed model, a report, a bundle) has the usual mode.
 * Modes are given with each file, since `process.umask` is one for all of a process, and a notebook's cells share it.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { chmod, copyFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import writeFileAtomic from "write-file-atomic";

export const PRIVATE_MODES = { file: 0o600, folder: 0o700 } as const;

/** Makes the folder and those above it that are missing; a folder that is there keeps its mode. Coded error `cannot-write`. */
export function makePrivateFolder(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) makePrivateFolder(parent);
  // Not by Node's `recursive`, which tries again without end below a folder that takes no entries (/proc).
  try {
    mkdirSync(folder, { mode: PRIVATE_MODES.folder });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(folder).isDirectory()) return;
    if (code !== "ENOENT" || !existsSync(parent)) throw error;
    throw new CodedError("cannot-write", { file: folder, why: "no folder can be made there" }, { cause: error });
  }
}

/** Writes all or nothing. A file that is replaced becomes private too. */
export function writePrivate(file: string, content: string | Buffer): void {
  writeFileAtomic.sync(file, content, { mode: PRIVATE_MODES.file });
}
export function writePrivateAsync(file: string, content: string | Buffer): Promise<void> {
  return writeFileAtomic(file, content, { mode: PRIVATE_MODES.file });
}

/** Copies a file that may be private to a place of the user's choice: with the usual mode, which a plain copy would not give it. */
export async function copyWithUsualMode(from: string, to: string): Promise<void> {
  await writeFile(to, "");
  const { mode } = await stat(to);
  await copyFile(from, to);
  await chmod(to, mode);
}

/** Takes the rights of others from a file, or from a folder and all in it, that a writer for any place has written. */
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
    // Gone by now, or another user's, who decides on it.
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
