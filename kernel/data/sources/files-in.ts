/**
 * Lists a folder for the completion of paths: folders first, hidden entries left out. Only relative paths below the
 * notebook's project are listed. The project is the nearest parent folder with a repository, a package or a notebook
 * server's root, else the notebook's folder. So a typed path reveals no other part of the machine.
 */
import { isWithin } from "#stdlib/platform/files.js";
import { existsSync, readdirSync, realpathSync, type Dirent } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { FolderEntriesFacts } from "#dsl/language/types/facts.js";

const MOST = 200;
const ROOTS = [".git", ".hg", "package.json", "pyproject.toml"];
/** Maximum parent folders searched for the project's root. */
const NEAR = 6;

/** `folder`: the notebook's, absolute; `path`: as typed, up to its last `/`. */
export function listFilesIn(folder: string, path: string): FolderEntriesFacts {
  const none: FolderEntriesFacts = { entries: [] };
  if (isAbsolute(path) || path.startsWith("~")) return none;
  let entries: readonly Dirent[];
  let here: string;
  try {
    here = realpathSync(resolve(folder, path));
    if (!isWithin(here, realpathSync(projectOf(folder)))) return none;
    entries = readdirSync(here, { withFileTypes: true });
  } catch {
    return none; // a half-typed path, or one without read permission
  }
  const seen = entries
    .filter(({ name }) => !name.startsWith("."))
    .map((entry) => ({ name: entry.name, folder: isFolder(here, entry) }))
    .sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name, "en"));
  return { entries: seen.slice(0, MOST) };
}

function isFolder(here: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return existsSync(join(here, entry.name, "."));
}
function projectOf(folder: string): string {
  let candidate = folder;
  for (let i = 0; i < NEAR; i++) {
    if (ROOTS.some((name) => existsSync(join(candidate, name)))) return candidate;
    const above = dirname(candidate);
    if (above === candidate) break;
    candidate = above;
  }
  return folder;
}
