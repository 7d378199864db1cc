/** Lists the paths below a folder, including the folder itself, whose mode lets another user read or write them. */
import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";

export function openToOthers(folder: string): readonly string[] {
  const below = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return [folder, ...below].flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || found.isSymbolicLink() || (found.mode & 0o077) === 0) return [];
    return [`${relative(folder, path) || "."} ${(found.mode & 0o777).toString(8)}`];
  });
}
