/**
 * Windows opens a connection, with the user's login, for a path that names another machine (`\\host\share\rows.csv`).
 * In an untrusted folder no such path is accessed. Not run on Windows yet.
 */

/**
 * Matches a share at the start of a text, or of a text quoted inside it (the tables of a query). `\\.\` and `\\?\` name
 * local devices and drives.
 */
const SHARE = /(?:^|["'\s(])((?:[\\/]{2}(?![.?][\\/])|[\\/]{2}[.?][\\/]UNC[\\/])[^\\/\s"']+[\\/][^\s"']*)/i;

/**
 * Returns the first path in a value that names a share of another machine; null if there is none or the platform has no
 * such paths.
 */
export function networkShareIn(value: unknown, platform: NodeJS.Platform = process.platform): string | null {
  if (platform !== "win32") return null;
  if (typeof value === "string") return SHARE.exec(value)?.[1] ?? null;
  if (typeof value !== "object" || value === null) return null;
  for (const one of Object.values(value)) {
    const found = networkShareIn(one, platform);
    if (found !== null) return found;
  }
  return null;
}
