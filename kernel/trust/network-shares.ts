/**
 * Windows opens a connection, with the user's login, for a path that names another machine (`\\host\share\rows.csv`). In a folder
 * that is not trusted no such path is looked at. Not run on Windows yet.
 */

/** At the beginning of a text, or of a text quoted inside it (the tables of a query); `\\.\` and `\\?\` name devices and drives here. */
const SHARE = /(?:^|["'\s(])((?:[\\/]{2}(?![.?][\\/])|[\\/]{2}[.?][\\/]UNC[\\/])[^\\/\s"']+[\\/][^\s"']*)/i;

/** The first path in a value that names a share of another machine; null: there is none, or the system knows no such paths. */
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
