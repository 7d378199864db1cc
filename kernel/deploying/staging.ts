/**
 * A deployment takes its place as a whole: it is written and proved in a folder beside it, on the same disk, and renamed when
 * all is well. Who is killed before leaves what was there as it was, and a folder `.writing-…` that the next one clears away.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { readProof } from "./proof.js";
import { isRunning } from "../tensors/safetensors.js";
import { DEPLOYMENT, readDeployment, type Deployment } from "./deployment.js";
import { foreignIn } from "./files.js";
import { COMPANIONS, homeOf, type Place } from "./output.js";
import "./codes.js";

const STAGE = /^\.writing-(\d+)-/;

/** Whose a deployment is: what it is called, what it does, and as what it was written. Null: not known yet. */
export interface Own {
  readonly name: string;
  /** The words of its task and its target. */
  readonly task: string | null;
  readonly labels: readonly string[] | null;
  readonly target: string;
}

/**
 * Demands that the place is free, or holds an earlier deployment of the same model as the same target and nothing else. Coded
 * errors `place-taken`, `deployment-of-another`.
 */
export function demandPlace(place: Place, own: Own, overwrite: boolean): void {
  const home = homeOf(place);
  const taken = (has: string): CodedError => new CodedError("place-taken", { place: place.path, has });
  for (let at = dirname(place.path); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, DEPLOYMENT))) throw taken(`it lies inside the deployment ${at}`);
  if (!existsSync(place.path)) return;
  if (!existsSync(join(home, DEPLOYMENT))) {
    const inside = place.writes === "folder" ? contents(place.path) : ["a file that no deployment wrote"];
    if (inside.length > 0) throw taken(inside.slice(0, 3).join(", "));
    return;
  }
  const foreign = foreignIn(place, readProof(home).files ?? {});
  if (foreign.length > 0) throw taken(`${foreign.slice(0, 3).join(", ")}, which no deployment wrote`);
  const other = ownOf(readDeployment(home));
  if (!overwrite && !same(other, own))
    throw new CodedError("deployment-of-another", { place: place.path, other: told(other), own: told(own) });
}
export function ownOf({ name, task, labels, target }: Pick<Deployment, "name" | "task" | "labels" | "target">): Own {
  return { name, task: task.word, labels, target: target.word };
}
/** As far as both are known. */
function same(one: Own, other: Own): boolean {
  const { name, task, labels, target } = other;
  return (
    one.name === name &&
    one.target === target &&
    (one.task === null || task === null || one.task === task) &&
    (!one.labels || !labels || JSON.stringify(one.labels) === JSON.stringify(labels))
  );
}
function told({ name, task, labels, target }: Own): string {
  const few = labels && labels.length > 0 ? `${labels.slice(0, 3).join("/")}${labels.length > 3 ? "/…" : ""}` : null;
  const does = [task, few].filter((one) => one !== null).join(", ");
  return `${name}${does === "" ? "" : ` (${does})`} as ${target}`;
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
    throw (error as NodeJS.ErrnoException).code === "ENOENT" && work === undefined
      ? new CodedError("cannot-write", { file: place.path, why: "no folder can be made there" }, { cause: error })
      : diskError(error, place.path);
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
