/**
 * The files of a deployment with their checksums, as its proof names them: what was proved is what lies there, and what lies
 * there besides is somebody else's. The file of a target that writes one is `main`, so that it may be renamed.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { sha256Of } from "../fetch/file.js";
import { COMPANIONS, MAIN, type Place } from "./output.js";

/** What people write in, and what can't name itself. */
const FREE: ReadonlySet<string> = new Set(["proof.json", "README.md"]);

/** Path → SHA-256 of each file that belongs to it. */
export async function checksumsIn(place: Place): Promise<Readonly<Record<string, string>>> {
  const sums: [string, string][] = [];
  for (const [name, path] of filesOf(place)) if (!FREE.has(name)) sums.push([name, await sha256Of(path)]);
  return Object.fromEntries(sums);
}

/** What of them is missing or changed, each a clause. */
export async function damageIn(place: Place, sums: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, sum] of Object.entries(sums)) {
    const path = pathOf(place, name);
    if (!existsSync(path) || !statSync(path).isFile())
      found.push(`${name === MAIN ? basename(path) : name} is missing`);
    else if ((await sha256Of(path)) !== sum)
      found.push(`${name === MAIN ? basename(path) : name} is not the file that was proved`);
  }
  return found;
}

/** Files in its folder that it doesn't know. */
export function foreignIn(place: Place, sums: Readonly<Record<string, string>>): readonly string[] {
  return filesOf(place)
    .map(([name]) => name)
    .filter((name) => !FREE.has(name) && !Object.hasOwn(sums, name));
}

function pathOf({ writes, path }: Place, name: string): string {
  if (writes === "folder") return join(path, name);
  return name === MAIN ? path : join(`${path}${COMPANIONS}`, name);
}

function filesOf({ writes, path }: Place): readonly (readonly [name: string, path: string])[] {
  if (writes === "folder") return filesIn(path);
  return [...mainOf(path), ...filesIn(`${path}${COMPANIONS}`)];
}
/** A package of Core ML is a folder that looks like a file. */
function mainOf(path: string): readonly (readonly [string, string])[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [[MAIN, path]];
  return filesIn(path).map(([name, at]) => [join("..", basename(path), name), at]);
}
function filesIn(folder: string): readonly (readonly [string, string])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [];
    const path = join(entry.parentPath, entry.name);
    return [
      [
        path
          .slice(folder.length + 1)
          .split(sep)
          .join("/"),
        path,
      ] as const,
    ];
  });
}
