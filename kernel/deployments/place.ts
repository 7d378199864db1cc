/**
 * Where a deployment goes: what was written in the program as a place on this machine, and whether it may be written there.
 * What no deployment wrote is never touched; what somebody changed since goes only where that was asked for.
 */
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
  statSync,
  type Stats,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { diskError } from "../fetch/disk.js";
import { DEPLOYMENT, readDeployment, type Deployment } from "./deployment.js";
import { editedIn, foreignIn } from "./files.js";
import { isLeftover } from "./leftovers.js";
import { BESIDE, COMPANIONS, homeOf, type Place } from "./output.js";
import { PROOF, readProof } from "./proof.js";

/** Whose a deployment is: what it is called, what it does, and as what it was written. Null: not known yet. */
export interface Own {
  readonly name: string;
  /** The words of its task and its target. */
  readonly task: string | null;
  readonly labels: readonly string[] | null;
  readonly target: string;
}

/** What a target's word says of where it writes. */
export interface Writes {
  readonly writes: Place["writes"];
  readonly ending?: string;
  readonly beside?: readonly string[];
}

/** What would be a line of its own in a file, or an order to a terminal. */
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;

const ADDRESS = /^[a-z][a-z\d+.-]+:\/\//i;
/** What looks like folders and holds no files of anybody: proc, sysfs, cgroup2, by their magic numbers. */
const NO_DISK: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x63677270]);

/** `~/x` as shells, and bases, mean it. */
export function atHome(given: string): string {
  return given.replace(/^~(?=$|[\\/])/, () => homedir());
}

/** `given`: as the program has it. A link to a folder is that folder. Coded error `place-unusable`. */
export function placeAt({ writes, ending = "", beside = [] }: Writes, given: string, folder: string): Place {
  const path = resolve(folder, atHome(given));
  if (ADDRESS.test(given)) throw unusable(given, "it is an address, and files are written on this machine");
  if (ending !== "" && basename(path) === ending) throw unusable(path, "its name is nothing but the ending");
  if (CONTROL.test(given)) throw unusable(JSON.stringify(given), "its name has a character that no name should have");
  try {
    demandFolders(path);
    const stem = basename(path).slice(0, basename(path).length - ending.length);
    const place: Place = { writes, path, beside: beside.map((end) => `${stem}${end}`) };
    const linked = writes === "folder" && lstatOf(path)?.isSymbolicLink() === true;
    if (linked && !existsSync(path)) throw unusable(path, "it is a symbolic link that leads nowhere");
    return linked ? { ...place, path: realpathSync(path) } : place;
  } catch (error) {
    throw placeError(error, path);
  }
}

/** What the disk says of a place. */
export function placeError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST" || code === "ENOTDIR")
    return unusable(path, "a part of its path is a file, not a folder", error);
  if (code === "ENOENT") return unusable(path, "no folder can be made there", error);
  const coded = diskError(error, path);
  if (!(coded instanceof CodedError) || coded.code !== "cannot-write") return coded;
  return unusable(path, (coded.data as { readonly why: string }).why, error);
}
function unusable(place: string, why: string, cause?: unknown): CodedError {
  return new CodedError("place-unusable", { place, why }, { cause });
}

/** What is there of the way to it must be folders. */
function demandFolders(path: string): void {
  for (let at = dirname(path); ; at = dirname(at)) {
    const there = folderOr(at);
    if (there && !there.isDirectory()) throw unusable(path, `${at} is a file, not a folder`);
    if (there && process.platform === "linux" && NO_DISK.has(statfsSync(at).type))
      throw unusable(path, `${at} is no folder of a disk`);
    if (!there && isLink(at)) throw unusable(path, `${at} is a symbolic link that leads nowhere`);
    if (there || at === dirname(at)) return;
  }
}
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}
/** Below a file there is nothing. */
function folderOr(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
const lstatOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

export interface Demand {
  readonly overwrite: boolean;
  /** Bytes of files that are looked into, to see whether somebody changed them; absent: all are. */
  readonly most?: number;
}

/**
 * Demands that the place is free, or holds an earlier deployment of the same model as the same target and nothing else. Coded
 * errors `place-taken`, `deployment-of-another`.
 */
export async function demandPlace(place: Place, own: Own, { overwrite, most = Infinity }: Demand): Promise<void> {
  const home = homeOf(place);
  for (let at = dirname(place.path); at !== dirname(at); at = dirname(at))
    if (existsSync(join(at, DEPLOYMENT))) throw taken(place, `it lies inside the deployment ${at}`);
  if (!existsSync(join(home, DEPLOYMENT))) {
    const inside = strangersAt(place);
    if (inside.length > 0) throw taken(place, few(inside));
    return;
  }
  if (place.writes === "file" && lstatOf(place.path)?.isSymbolicLink() === true)
    throw taken(place, "a symbolic link, which no deployment wrote");
  const sums = readProof(home).files ?? {};
  const foreign = foreignIn(place, sums);
  if (foreign.length > 0) throw taken(place, `${few(foreign)}, which no deployment wrote`);
  if (overwrite) return;
  const other = ownOf(readDeployment(home));
  if (!same(other, own))
    throw new CodedError("deployment-of-another", { place: place.path, other: told(other), own: told(own) });
  const edited = await editedIn(place, sums, most);
  if (edited.length > 0)
    throw taken(
      place,
      `${few(edited)} ${edited.length === 1 ? "was" : "were"} changed since it was deployed`,
      "edited",
    );
}

function taken({ path }: Place, has: string, why?: "edited" | "meanwhile"): CodedError {
  return new CodedError("place-taken", { place: path, has, ...(why && { why }) });
}
const few = (names: readonly string[]): string =>
  names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${String(names.length - 3)} more` : "");

/** What lies where no deployment is. */
function strangersAt(place: Place): readonly string[] {
  if (place.writes === "folder") return lstatOf(place.path) ? contents(place.path) : [];
  const companions = `${place.path}${COMPANIONS}`;
  return [
    ...(lstatOf(place.path) ? ["a file that no deployment wrote"] : []),
    ...(lstatOf(companions) ? contents(companions).map((name) => `${basename(companions)}/${name}`) : []),
    ...(place.beside ?? []).filter((name) => lstatOf(join(dirname(place.path), name))),
  ];
}
function contents(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => !isLeftover(name));
  } catch {
    return ["a file"];
  }
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
  const some = labels && labels.length > 0 ? `${labels.slice(0, 3).join("/")}${labels.length > 3 ? "/…" : ""}` : null;
  const does = [task, some].filter((one) => one !== null).join(", ");
  return `${name}${does === "" ? "" : ` (${does})`} as ${target}`;
}

/** Demanded now; what comes back demands it again, and that no other deployment took the place meanwhile. */
export async function claimed(place: Place, own: Own, overwrite: boolean): Promise<() => Promise<void>> {
  await demandPlace(place, own, { overwrite });
  const seen = proofText(place);
  return async () => {
    if (proofText(place) !== seen) throw taken(place, "another deployment took it meanwhile", "meanwhile");
    await demandPlace(place, own, { overwrite });
  };
}
function proofText(place: Place): string | null {
  try {
    const file = join(homeOf(place), PROOF);
    // Two that are alike were written at different times.
    return `${readFileSync(file, "utf8")}\n${String(statSync(file).ino)}`;
  } catch {
    return null;
  }
}

/** What came into a deployment's files while it was moved aside to `path`, its own file or folder. Coded error `place-taken`. */
export function demandNothingCame(place: Place, path: string): void {
  const aside: Place = { writes: place.writes, path };
  const home = homeOf(aside);
  const came = existsSync(join(home, DEPLOYMENT))
    ? foreignIn(aside, readProof(home).files ?? {}).filter((name) => !name.startsWith(BESIDE))
    : strangersAt(aside);
  if (came.length > 0) throw taken(place, `${few(came)} came meanwhile`, "meanwhile");
}
