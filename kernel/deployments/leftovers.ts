/**
 * Cleans up after a process that was killed while deploying. Its staging folder (`.writing-…`) is deleted. An earlier
 * deployment that it moved away (`.replaced-…`) is restored unless the new one is complete. Both names contain the
 * process id, and the machine or container of the process.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isProcessRunning } from "../tensors/safetensors.js";
import { DEPLOYMENT_FILE } from "./deployment.js";
import { COMPANIONS_SUFFIX } from "./output.js";

const WRITING = /^\.writing-(\d+)-(?:([0-9a-f]{8})-)?/;
const REPLACED = /^\.replaced-(\d+)-([0-9a-f]{8})-(.+)$/;
/** Age limit for processes that can't be checked: no deployment writes for this long without a trace. */
const DAY = 86_400_000;

/** Folders of this process, which are no leftovers. */
const live = new Set<string>();

export const isLeftoverName = (name: string): boolean => name.startsWith(".writing-") || REPLACED.test(name);

export const stagingFolderPrefix = (): string => `.writing-${String(process.pid)}-${here()}-`;
/** Name of the folder for the earlier deployment at `name`. */
export const replacedFolderName = (name: string): string => `.replaced-${String(process.pid)}-${here()}-${name}`;

/** Protects a path of this process until the returned function is called. */
export function protectFromCleanup(path: string): () => void {
  live.add(path);
  return () => void live.delete(path);
}

/** Removes the leftovers of killed processes from a folder. */
export function cleanUpLeftovers(parent: string): void {
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent)) {
    const path = join(parent, entry);
    const [, writer, whose] = WRITING.exec(entry) ?? [];
    if (writer !== undefined && !isAlive(path, writer, whose)) rmSync(path, { recursive: true, force: true });
    const [, mover, where, name] = REPLACED.exec(entry) ?? [];
    if (mover !== undefined && name !== undefined && !isAlive(path, mover, where)) bringBack(parent, path, name);
  }
}

/**
 * The main file or folder is moved away first and restored last: if it is missing, the new deployment is incomplete.
 */
function bringBack(parent: string, aside: string, name: string): void {
  const main = join(parent, name);
  if (lstatSync(main, { throwIfNoEntry: false })) {
    const whole = [main, `${main}${COMPANIONS_SUFFIX}`].some((home) => existsSync(join(home, DEPLOYMENT_FILE)));
    if (whole || readdirSync(aside).length === 0) rmSync(aside, { recursive: true, force: true });
    return;
  }
  const entries = readdirSync(aside).sort((a, b) => Number(a === name) - Number(b === name));
  for (const entry of entries) {
    const to = join(parent, entry);
    if (entry === `${name}${COMPANIONS_SUFFIX}` && existsSync(join(to, DEPLOYMENT_FILE)))
      rmSync(to, { recursive: true });
    renameSync(join(aside, entry), to);
  }
  rmdirSync(aside);
}

function isAlive(path: string, pid: string, where: string | undefined): boolean {
  if (where !== here()) return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < DAY;
  // Process ids are reused: an earlier process may have had this process's id.
  return Number(pid) === process.pid ? live.has(path) : isProcessRunning(Number(pid));
}

let machine: string | undefined;
function here(): string {
  return (machine ??= createHash("sha256").update(`${hostname()} ${countedIn()}`).digest("hex").slice(0, 8));
}
/** Identifies the container or machine on Linux. */
function countedIn(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
