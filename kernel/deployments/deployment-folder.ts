/**
 * Resolves the place of a deployment, as written in the program, and checks that it may be written to. Files of no
 * deployment are never touched; files changed since the deployment are replaced only on request.
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
import { DEPLOYMENT_FILE, readDeployment, type Deployment } from "./deployment.js";
import { editedFiles, unknownFiles } from "./files.js";
import { cleanUpLeftovers, isLeftoverName } from "./leftovers.js";
import { SIBLING_FILE_PREFIX, COMPANIONS_SUFFIX, deploymentHomeOf, type DeploymentPlace } from "./output.js";
import { PROOF_FILE, readProof } from "./proof.js";

/** Identity of a deployment: name, task and target. Null: not known yet. */
export interface DeploymentIdentity {
  readonly name: string;
  /** Words of its task and its target. */
  readonly task: string | null;
  readonly labels: readonly string[] | null;
  readonly target: string;
}

export interface TargetWriteOptions {
  readonly writes: DeploymentPlace["writes"];
  readonly ending?: string;
  readonly beside?: readonly string[];
}

/** Characters that would start a line in a file, or control a terminal. */
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;

const ADDRESS = /^[a-z][a-z\d+.-]+:\/\//i;
/** File systems without real files: proc, sysfs, cgroup2, by their magic numbers. */
const NO_DISK: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x63677270]);

/** Expands `~/x` as shells do, and as for bases. */
export function expandHome(given: string): string {
  return given.replace(/^~(?=$|[\\/])/, () => homedir());
}

/** `given`: as written in the program. A link to a folder is resolved. Coded error `place-unusable`. */
export function deploymentPlaceAt(
  { writes, ending = "", beside = [] }: TargetWriteOptions,
  given: string,
  folder: string,
): DeploymentPlace {
  const path = resolve(folder, expandHome(given));
  if (ADDRESS.test(given)) throw unusable(given, "it is an address, and files are written on this machine");
  if (ending !== "" && basename(path) === ending) throw unusable(path, "its name is nothing but the ending");
  if (CONTROL.test(given)) throw unusable(JSON.stringify(given), "its name has a character that no name should have");
  try {
    demandFolders(path);
    const stem = basename(path).slice(0, basename(path).length - ending.length);
    const place: DeploymentPlace = { writes, path, beside: beside.map((end) => `${stem}${end}`) };
    const linked = writes === "folder" && lstatOf(path)?.isSymbolicLink() === true;
    if (linked && !existsSync(path)) throw unusable(path, "it is a symbolic link that leads nowhere");
    return linked ? { ...place, path: realpathSync(path) } : place;
  } catch (error) {
    throw convertToPlaceError(error, path);
  }
}

/** Converts errors of the file system. */
export function convertToPlaceError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST" || code === "ENOTDIR")
    return unusable(path, "a part of its path is a file, not a folder", error);
  if (code === "ENOENT") return unusable(path, "no folder can be created there", error);
  const coded = diskError(error, path);
  if (!(coded instanceof CodedError) || coded.code !== "cannot-write") return coded;
  return unusable(path, (coded.data as { readonly why: string }).why, error);
}
function unusable(place: string, why: string, cause?: unknown): CodedError {
  return new CodedError("place-unusable", { place, why }, { cause });
}

/** All existing parents must be folders. */
function demandFolders(path: string): void {
  for (let ancestor = dirname(path); ; ancestor = dirname(ancestor)) {
    const there = folderOr(ancestor);
    if (there && !there.isDirectory()) throw unusable(path, `${ancestor} is a file, not a folder`);
    if (there && process.platform === "linux" && NO_DISK.has(statfsSync(ancestor).type))
      throw unusable(path, `${ancestor} is not a folder`);
    if (!there && isLink(ancestor)) throw unusable(path, `${ancestor} is a symbolic link that leads nowhere`);
    if (there || ancestor === dirname(ancestor)) return;
  }
}
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}
/** Returns undefined for a path below a file. */
function folderOr(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
const lstatOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

export interface PlaceCheckOptions {
  readonly overwrite: boolean;
  /** Maximum bytes of a file that is checked for changes. Defaults to no limit. */
  readonly most?: number;
}

/**
 * Requires that the place is free, or contains only an earlier deployment of the same model and target. Coded errors
 * `place-taken`, `deployment-of-another`.
 */
export async function checkPlaceIsUsable(
  place: DeploymentPlace,
  identity: DeploymentIdentity,
  { overwrite, most = Infinity }: PlaceCheckOptions,
): Promise<void> {
  const home = deploymentHomeOf(place);
  for (let ancestor = dirname(place.path); ancestor !== dirname(ancestor); ancestor = dirname(ancestor))
    if (existsSync(join(ancestor, DEPLOYMENT_FILE))) throw taken(place, `it is inside the deployment ${ancestor}`);
  if (!existsSync(join(home, DEPLOYMENT_FILE))) {
    const inside = strangersAt(place);
    if (inside.length > 0) throw taken(place, few(inside));
    return;
  }
  if (place.writes === "file" && lstatOf(place.path)?.isSymbolicLink() === true)
    throw taken(place, "a symbolic link, which no deployment wrote");
  const sums = readProof(home).files ?? {};
  const foreign = unknownFiles(place, sums);
  if (foreign.length > 0) throw taken(place, `${few(foreign)}, which no deployment wrote`);
  if (overwrite) return;
  const other = deploymentIdentityOf(readDeployment(home));
  if (!same(other, identity))
    throw new CodedError("deployment-of-another", {
      place: place.path,
      other: identityText(other),
      own: identityText(identity),
    });
  const edited = await editedFiles(place, sums, most);
  if (edited.length > 0)
    throw taken(
      place,
      `${few(edited)} ${edited.length === 1 ? "was" : "were"} changed since it was deployed`,
      "edited",
    );
}

function taken({ path }: DeploymentPlace, has: string, why?: "edited" | "meanwhile"): CodedError {
  return new CodedError("place-taken", { place: path, has, ...(why && { why }) });
}
const few = (names: readonly string[]): string =>
  names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${String(names.length - 3)} more` : "");

/** Returns the files at a place without a deployment. */
function strangersAt(place: DeploymentPlace): readonly string[] {
  if (place.writes === "folder") return lstatOf(place.path) ? contents(place.path) : [];
  const companions = `${place.path}${COMPANIONS_SUFFIX}`;
  return [
    ...(lstatOf(place.path) ? ["a file that no deployment wrote"] : []),
    ...(lstatOf(companions) ? contents(companions).map((name) => `${basename(companions)}/${name}`) : []),
    ...(place.beside ?? []).filter((name) => lstatOf(join(dirname(place.path), name))),
  ];
}
function contents(path: string): readonly string[] {
  try {
    return readdirSync(path).filter((name) => !isLeftoverName(name));
  } catch {
    return ["a file"];
  }
}

export function deploymentIdentityOf({
  name,
  task,
  labels,
  target,
}: Pick<Deployment, "name" | "task" | "labels" | "target">): DeploymentIdentity {
  return { name, task: task.word, labels, target: target.word };
}
/** Compares only what is known of both. */
function same(one: DeploymentIdentity, other: DeploymentIdentity): boolean {
  const { name, task, labels, target } = other;
  return (
    one.name === name &&
    one.target === target &&
    (one.task === null || task === null || one.task === task) &&
    (!one.labels || !labels || JSON.stringify(one.labels) === JSON.stringify(labels))
  );
}
function identityText({ name, task, labels, target }: DeploymentIdentity): string {
  const some = labels && labels.length > 0 ? `${labels.slice(0, 3).join("/")}${labels.length > 3 ? "/…" : ""}` : null;
  const does = [task, some].filter((one) => one !== null).join(", ");
  return `${name}${does === "" ? "" : ` (${does})`} as ${target}`;
}

/** Checks the place now. The returned function checks again, and that no other deployment took the place meanwhile. */
export async function checkPlaceWithRecheck(
  place: DeploymentPlace,
  identity: DeploymentIdentity,
  overwrite: boolean,
): Promise<() => Promise<void>> {
  cleanUpLeftovers(dirname(place.path));
  await checkPlaceIsUsable(place, identity, { overwrite });
  const seen = proofText(place);
  return async () => {
    if (proofText(place) !== seen) throw taken(place, "another deployment was written there meanwhile", "meanwhile");
    await checkPlaceIsUsable(place, identity, { overwrite });
  };
}
function proofText(place: DeploymentPlace): string | null {
  try {
    const file = join(deploymentHomeOf(place), PROOF_FILE);
    // The inode distinguishes equal proofs of different deployments.
    return `${readFileSync(file, "utf8")}\n${String(statSync(file).ino)}`;
  } catch {
    return null;
  }
}

/**
 * Throws the coded error `place-taken` if files were added to a deployment while it was moved to `path`, its file or
 * folder.
 */
export function checkNoFilesAdded(place: DeploymentPlace, path: string): void {
  const aside: DeploymentPlace = { writes: place.writes, path };
  const home = deploymentHomeOf(aside);
  const came = existsSync(join(home, DEPLOYMENT_FILE))
    ? unknownFiles(aside, readProof(home).files ?? {}).filter((name) => !name.startsWith(SIBLING_FILE_PREFIX))
    : strangersAt(aside);
  if (came.length > 0) throw taken(place, `${few(came)} came meanwhile`, "meanwhile");
}
