/**
 * Who appends to a journal of Optuna's holds `FILE.lock` meanwhile; Optuna makes it as a symbolic link or by creating the file, and
 * both fail where anything has that name. Ours is a file that says whose it is, so that a killed process's is taken at once;
 * Optuna's own rule stands beside it: a lock under which nothing happened for half a minute is nobody's.
 *
 * An append takes a millisecond, so the little that is waited is waited without giving way: what was reported stays in order.
 */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { parseJsonOrNull } from "../../fetch/json.js";
import { readRegularFile } from "../read-regular.js";
import { isProcessAlive, isProcessIdentity, currentProcess } from "../writer.js";

/** Milliseconds; Optuna's `grace_period`. */
const GRACE = 30_000;
const SLEEP = { first: 1, most: 50 } as const;
const ownIdentity = JSON.stringify(currentProcess());

/** Throws what the disk says. */
export function withJournalLock<T>(file: string, work: () => T, grace = GRACE): T {
  const lock = `${file}.lock`;
  acquire(lock, grace);
  try {
    return work();
  } finally {
    remove(lock);
  }
}

function acquire(lock: string, grace: number): void {
  let [sleep, touched, since]: [number, number | null, number] = [SLEEP.first, null, performance.now()];
  while (!make(lock)) {
    const now = touchedAt(lock);
    if (now !== touched) [touched, since] = [now, performance.now()];
    const silent = performance.now() - since > grace;
    if (silent || holderIsDead(lock)) {
      takeAway(lock, silent);
      continue;
    }
    pause(sleep);
    sleep = Math.min(2 * sleep, SLEEP.most);
  }
}

const LINKLESS = ["ENOSPC", "EDQUOT", "EFBIG", "EPERM", "ENOTSUP", "ENOSYS", "EMLINK"];

/** It is there at once and whole, so that whoever is killed meanwhile leaves none that says nobody's name. */
function make(lock: string): boolean {
  const whole = `${lock}${randomUUID()}.new`;
  try {
    writeFileSync(whole, ownIdentity, { flag: "wx", mode: PRIVATE_MODES.file });
    linkSync(whole, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // A full disk, or one that has no links: an empty lock is a lock all the same.
    if (!LINKLESS.includes(code ?? "")) throw error;
    return create(lock);
  } finally {
    rmSync(whole, { force: true });
  }
}

function create(lock: string): boolean {
  try {
    closeSync(openSync(lock, "wx", PRIVATE_MODES.file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Of a link that of what it points to, as Optuna asks. */
function touchedAt(lock: string): number | null {
  try {
    return statSync(lock).mtimeMs;
  } catch {
    return null; // released meanwhile, or a link to nothing
  }
}

/** False too where it doesn't say whose it is, as Optuna's. */
function holderIsDead(lock: string): boolean {
  const holder = parseJsonOrNull(readRegularFile(lock, 1 << 12) ?? "", v.unknown());
  return isProcessIdentity(holder) && isProcessAlive(holder) === false;
}

/** Two that take it at once must not take each other's new one: what was taken is looked at once more, and put back. */
function takeAway(lock: string, silent: boolean): void {
  const taken = `${lock}${randomUUID()}.rename`;
  try {
    renameSync(lock, taken);
  } catch {
    return; // another was first
  }
  if (!silent && !holderIsDead(taken) && !existsSync(lock))
    try {
      linkSync(taken, lock);
    } catch {
      // its holder is done by now, or another holds it
    }
  rmSync(taken, { force: true });
}

function remove(lock: string): void {
  rmSync(lock, { force: true });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
