/** A stamp of a folder's files, to detect changes. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Names, sizes and times of all files. Unreadable files count as missing. */
export function folderStampOf(folder: string): string {
  const names = safely(() => readdirSync(folder, { recursive: true, encoding: "utf8" })) ?? [];
  const stamps = names.sort().flatMap((name) => {
    const stats = safely(() => statSync(join(folder, name)));
    return stats?.isFile() ? [`${name} ${String(stats.size)} ${String(stats.mtimeMs)}`] : [];
  });
  return stamps.join("\n");
}

function safely<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
