/**
 * Deploys atomically: a deployment is written and proved in a staging folder on the same disk, and renamed at the end.
 * Before that the place is checked again under a lock, so that the second of two concurrent deployments gets an error.
 * A killed process leaves the old files in place, or next to it, and the next deployment restores them
 * (`leftovers.ts`).
 */
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { withFileLock } from "../fetch/cache.js";
import { protectFromCleanup, replacedFolderName, cleanUpLeftovers, stagingFolderPrefix } from "./leftovers.js";
import { COMPANIONS_SUFFIX, type DeploymentPlace } from "./output.js";
import { checkNoFilesAdded, convertToPlaceError } from "./deployment-folder.js";

/**
 * `writes` fills the folder `work`; its result is returned after the swap. `again` checks the place once more before
 * that. Coded errors `place-taken`, `place-unusable`, those of the file system.
 */
export async function deployAtomically<T>(
  place: DeploymentPlace,
  again: () => Promise<void>,
  writes: (work: string) => Promise<T>,
): Promise<T> {
  const parent = dirname(place.path);
  let work: string | undefined;
  let done: (() => void) | undefined;
  const made = firstMissing(parent);
  try {
    mkdirSync(parent, { recursive: true });
    cleanUpLeftovers(parent);
    work = mkdtempSync(join(parent, stagingFolderPrefix()));
    done = protectFromCleanup(work);
    chmodSync(work, 0o777 & ~process.umask());
    const from = work;
    const result = await writes(from);
    await withFileLock(join(parent, `.writing-lock-${basename(place.path)}`), async () => {
      await again();
      swap(place, from);
    });
    return result;
  } catch (error) {
    throw convertToPlaceError(error, place.path);
  } finally {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
    done?.();
    if (made !== null && existsSync(made) && isEmpty(made)) rmSync(made, { recursive: true, force: true });
  }
}

function firstMissing(folder: string): string | null {
  let missing: string | null = null;
  for (let ancestor = folder; !existsSync(ancestor); ancestor = dirname(ancestor)) missing = ancestor;
  return missing;
}
function isEmpty(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).every(
    (entry) => entry.isDirectory() && isEmpty(join(folder, entry.name)),
  );
}

type Move = readonly [from: string, to: string];

/** Replaces the present files. The main file or folder is moved away first and put in place last. */
function swap(place: DeploymentPlace, work: string): void {
  const parent = dirname(place.path);
  const rank = (name: string): number => (name === basename(place.path) ? 2 : name.endsWith(COMPANIONS_SUFFIX) ? 0 : 1);
  const names =
    place.writes === "folder" ? [basename(place.path)] : readdirSync(work).sort((a, b) => rank(a) - rank(b));
  const comes = names.map((name): Move => [place.writes === "folder" ? work : join(work, name), join(parent, name)]);
  const aside = join(parent, replacedFolderName(basename(place.path)));
  const leaves = comes.filter(([, to]) => isThere(to)).map(([, to]): Move => [to, join(aside, basename(to))]);
  const done = protectFromCleanup(aside);
  const moved: Move[] = [];
  const move = ([from, to]: Move): void => {
    if (isThere(to)) throw new CodedError("place-taken", { place: to, has: "it came meanwhile", why: "meanwhile" });
    renameSync(from, to);
    moved.push([from, to]);
  };
  try {
    if (leaves.length > 0) mkdirSync(aside);
    for (const one of leaves.reverse()) move(one);
    if (leaves.length > 0) checkNoFilesAdded(place, join(aside, basename(place.path)));
    for (const one of comes) move(one);
    rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    for (const [from, to] of moved.reverse()) renameSync(to, from);
    if (existsSync(aside) && readdirSync(aside).length === 0) rmSync(aside, { recursive: true });
    throw error;
  } finally {
    done();
  }
}
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
