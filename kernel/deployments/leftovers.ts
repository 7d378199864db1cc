/**
 * What a process that was killed while it deployed leaves beside its place: a folder that it wrote in (`.writing-…`), which is
 * deleted, and an earlier deployment that it had moved aside (`.replaced-…`), which comes back unless the new one is there.
 * Both are named for their process: a number, and the machine or container that it counts in.
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
/** Of processes that can't be looked at: nothing is written for so long without a sign. */
const DAY = 86_400_000;

/** Those of this process, which are no leftovers. */
const live = new Set<string>();

export const isLeftoverName = (name: string): boolean => name.startsWith(".writing-") || REPLACED.test(name);

/** Begins the name of a folder that is written in. */
export const stagingFolderPrefix = (): string => `.writing-${String(process.pid)}-${here()}-`;
/** The name of the folder that holds what was at `name`. */
export const replacedFolderName = (name: string): string => `.replaced-${String(process.pid)}-${here()}-${name}`;

/** Is this process's until what comes back is called. */
export function protectFromCleanup(path: string): () => void {
  live.add(path);
  return () => void live.delete(path);
}

/** Clears a folder of what killed processes left in it. */
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

/** Its file or folder leaves first and comes last: where it is missing, the new deployment isn't whole. */
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
  // Numbers come again: one's own may have been that of a process before.
  return Number(pid) === process.pid ? live.has(path) : isProcessRunning(Number(pid));
}

let machine: string | undefined;
function here(): string {
  return (machine ??= createHash("sha256").update(`${hostname()} ${countedIn()}`).digest("hex").slice(0, 8));
}
/** What Linux tells containers of one machine apart by. */
function countedIn(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
