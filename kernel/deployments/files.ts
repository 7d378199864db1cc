/**
 * Checksums of a deployment's files, as listed in its proof. Files without a checksum belong to somebody else. The file
 * of a single-file target is called `main`, so that it may be renamed.
 */
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { sha256Of } from "../fetch/file.js";
import { SIBLING_FILE_PREFIX, COMPANIONS_SUFFIX, MAIN_FILE, type DeploymentPlace } from "./output.js";

/** The proof can't contain its own checksum. */
const PROOF = "proof.json";
/** File that people may edit: an edit is no damage, and must not be lost. */
const CARD = "README.md";

export async function fileChecksums(place: DeploymentPlace): Promise<Readonly<Record<string, string>>> {
  const sums: [string, string][] = [];
  for (const [name, path] of filesOf(place)) if (name !== PROOF) sums.push([name, await sha256Of(path)]);
  return Object.fromEntries(sums);
}

/** Returns a clause for each missing or changed file. */
export async function changedOrMissingFiles(
  place: DeploymentPlace,
  sums: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, sum] of Object.entries(sums)) {
    if (name === CARD) continue;
    const path = pathOf(place, name);
    if (!existsSync(path) || !statSync(path).isFile()) found.push(`${calledIn(name, path)} is missing`);
    else if ((await sha256Of(path)) !== sum) found.push(`${calledIn(name, path)} is not the file that was proved`);
  }
  return found;
}

/** Returns files in its folder that have no checksum. */
export function unknownFiles(place: DeploymentPlace, sums: Readonly<Record<string, string>>): readonly string[] {
  return filesOf(place)
    .map(([name]) => name)
    .filter((name) => name !== PROOF && name !== CARD && !Object.hasOwn(sums, name))
    .map((name) => calledIn(name, pathOf(place, name)));
}

/** Returns its own files of up to `most` bytes that don't match their checksum. */
export async function editedFiles(
  place: DeploymentPlace,
  sums: Readonly<Record<string, string>>,
  most: number,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, path] of filesOf(place)) {
    if (name === PROOF || !existsSync(path) || statSync(path).size > most) continue;
    if ((await sha256Of(path)) !== sums[name]) found.push(calledIn(name, path));
  }
  return found;
}

/** Formats a path for messages. */
function calledIn(name: string, path: string): string {
  return name === MAIN_FILE || name.startsWith(SIBLING_FILE_PREFIX) ? basename(path) : name;
}

function pathOf({ writes, path }: DeploymentPlace, name: string): string {
  if (writes === "folder") return join(path, name);
  if (name === MAIN_FILE) return path;
  return name.startsWith(SIBLING_FILE_PREFIX)
    ? join(dirname(path), name.slice(SIBLING_FILE_PREFIX.length))
    : join(`${path}${COMPANIONS_SUFFIX}`, name);
}

function filesOf(place: DeploymentPlace): readonly (readonly [name: string, path: string])[] {
  const { writes, path, beside = [] } = place;
  if (writes === "folder") return filesIn(path);
  const others = beside
    .map((name) => [`${SIBLING_FILE_PREFIX}${name}`, join(dirname(path), name)] as const)
    .filter(([, filePath]) => lstatSync(filePath, { throwIfNoEntry: false }));
  return [...mainOf(path), ...filesIn(`${path}${COMPANIONS_SUFFIX}`), ...others];
}
/** A package of Core ML is a folder that looks like a file. */
function mainOf(path: string): readonly (readonly [string, string])[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [[MAIN_FILE, path]];
  return filesIn(path).map(([name, filePath]) => [join("..", basename(path), name), filePath]);
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
