/** Stamps of files, as cache keys of their content: another stamp means other content. */
import { statSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** Size, modification time and inode: changes when the file is written or replaced. */
export function fileStampOf({ size, mtimeMs, ino }: Pick<Stats, "size" | "mtimeMs" | "ino">): string {
  return `${size} ${mtimeMs} ${ino}`;
}

/** Null if nothing can be read. */
export function readFileStamp(path: string): string | null {
  try {
    return fileStampOf(statSync(path));
  } catch {
    return null;
  }
}

/** The same, asynchronously; null if there is no file. */
export async function readFileStampAsync(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? fileStampOf(found) : null;
}
