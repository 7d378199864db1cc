/** What a folder's files were when it was looked at: whether something of them changed since. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Names, sizes and times of all that lies in it. What can't be read isn't there. */
export function stampOf(folder: string): string {
  const names = safely(() => readdirSync(folder, { recursive: true, encoding: "utf8" })) ?? [];
  const told = names.sort().flatMap((name) => {
    const at = safely(() => statSync(join(folder, name)));
    return at?.isFile() ? [`${name} ${String(at.size)} ${String(at.mtimeMs)}`] : [];
  });
  return told.join("\n");
}

function safely<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
