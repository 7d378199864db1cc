/**
 * A deployment takes its place as a whole: it is written and proved in a folder beside it, on the same disk, and renamed when
 * all is well. Who is killed before leaves what was there as it was, and a folder `.writing-…` that the next one clears away.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { isRunning } from "../tensors/safetensors.js";
import { DEPLOYMENT, readDeployment } from "./deployment.js";
import { COMPANIONS, homeOf, type Place } from "./output.js";
import "./codes.js";

const STAGE = /^\.writing-(\d+)-/;

/** Demands that the place is free, or holds an earlier deployment of the model. Coded errors `place-taken`, `deployment-of-another`. */
export function demandPlace(place: Place, model: string, replace: boolean): void {
  const home = homeOf(place);
  if (!existsSync(place.path)) return;
  if (!existsSync(join(home, DEPLOYMENT))) {
    const inside = place.writes === "folder" ? contents(place.path) : ["a file that no deployment wrote"];
    if (inside.length > 0)
      throw new CodedError("place-taken", { place: place.path, has: inside.slice(0, 3).join(", ") });
    return;
  }
  const { name } = readDeployment(home);
  if (name !== model && !replace)
    throw new CodedError("deployment-of-another", { place: place.path, other: name, own: model });
}
function contents(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => !STAGE.test(name));
  } catch {
    return ["a file"];
  }
}

/** `writes` fills the folder `work`; what it gives comes back when all has taken its place. Coded errors of the disk. */
export async function deployedAt<T>(place: Place, writes: (work: string) => Promise<T>): Promise<T> {
  const parent = dirname(place.path);
  let work: string | undefined;
  const made = firstMissing(parent);
  try {
    mkdirSync(parent, { recursive: true });
    clear(parent);
    work = mkdtempSync(join(parent, `.writing-${process.pid}-`));
    chmodSync(work, 0o777 & ~process.umask());
    const result = await writes(work);
    if (place.writes === "folder") swap(work, place.path);
    else
      for (const entry of readdirSync(work).sort(
        (a, b) => Number(b.endsWith(COMPANIONS)) - Number(a.endsWith(COMPANIONS)),
      ))
        swap(join(work, entry), join(parent, entry));
    return result;
  } catch (error) {
    throw diskError(error, place.path);
  } finally {
    if (work !== undefined) rmSync(work, { recursive: true, force: true });
    if (made !== null && existsSync(made) && isEmpty(made)) rmSync(made, { recursive: true, force: true });
  }
}

/** The topmost folder on the way that isn't there yet. */
function firstMissing(folder: string): string | null {
  let missing: string | null = null;
  for (let at = folder; !existsSync(at); at = dirname(at)) missing = at;
  return missing;
}
function isEmpty(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).every(
    (entry) => entry.isDirectory() && isEmpty(join(folder, entry.name)),
  );
}

/** What killed processes left. */
function clear(parent: string): void {
  for (const entry of readdirSync(parent)) {
    const [, writer] = STAGE.exec(entry) ?? [];
    if (writer !== undefined && !isRunning(Number(writer)))
      rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

/** `from` takes the place of what is there. */
function swap(from: string, to: string): void {
  const old = join(dirname(to), `.writing-${process.pid}-old-${basename(to)}`);
  const was = existsSync(to);
  if (was) renameSync(to, old);
  try {
    renameSync(from, to);
  } catch (error) {
    if (was) renameSync(old, to);
    throw error;
  }
  if (was) rmSync(old, { recursive: true, force: true });
}
