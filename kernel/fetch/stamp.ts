/** Stamps of files, by which what was read of one is kept: another stamp is another content. */
import { statSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** Size, time of change and inode: another one where something was written or another file put in its place. */
export function fileStampOf({ size, mtimeMs, ino }: Pick<Stats, "size" | "mtimeMs" | "ino">): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** Null where nothing is that could be read. */
export function readFileStamp(path: string): string | null {
  try {
    return fileStampOf(statSync(path));
  } catch {
    return null;
  }
}

/** The same, asked for without waiting; null where there is no file. */
export async function readFileStampAsync(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? fileStampOf(found) : null;
}
