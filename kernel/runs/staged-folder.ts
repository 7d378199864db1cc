/**
 * Writes folders atomically. Files are first written into a subfolder on the same disk, and renamed into place when all
 * exist. If the disk is full, the folder stays unchanged.
 */
import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
} from "node:fs";
import { join } from "node:path";
import { isProcessRunning } from "../tensors/safetensors.js";
import { diskError } from "../fetch/disk.js";
import { diskFullError } from "./folder-errors.js";

const name = /^\.writing-(\d+)-/;

/** Recognizes a temporary subfolder, which exists only during a write or after a killed one. */
export function isStagingName(entry: string): boolean {
  return name.test(entry);
}

/**
 * Throws the coded errors `no-space` and `cannot-write`.
 * @param renewed names that are removed if they are not written again
 */
export async function writeStagedFolder<T>(
  folder: string,
  writes: (work: string) => Promise<T>,
  renewed: readonly string[] = [],
): Promise<T> {
  let made: string | undefined;
  let work: string | undefined;
  try {
    made = mkdirSync(folder, { recursive: true });
    for (const entry of readdirSync(folder)) {
      const [, writer] = name.exec(entry) ?? [];
      if (writer !== undefined && !isProcessRunning(Number(writer))) rmSync(join(folder, entry), { recursive: true });
    }
    work = mkdtempSync(join(folder, `.writing-${process.pid}-`));
    const result = await writes(work);
    const entries = readdirSync(work);
    for (const entry of entries) renameSync(join(work, entry), join(folder, entry));
    for (const entry of renewed) if (!entries.includes(entry)) rmSync(join(folder, entry), { force: true });
    rmdirSync(work);
    return result;
  } catch (error) {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
    if (made !== undefined && readdirSync(folder).length === 0) rmdirSync(folder);
    throw diskFullError(error, folder, "saving") ?? diskError(error, folder);
  }
}

/** Copies the files of a folder atomically, as hard links if the disk supports them. Throws like `writeStagedFolder`. */
export async function copyStagedFolder(from: string, to: string): Promise<void> {
  await writeStagedFolder(to, (work) => {
    for (const entry of readdirSync(from, { withFileTypes: true }))
      if (entry.isFile()) linkOrCopy(join(from, entry.name), join(work, entry.name));
    return Promise.resolve();
  });
}
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
