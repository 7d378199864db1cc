/**
 * Lock of an Optuna journal: a writer holds `FILE.lock` during an append. Optuna creates it as a symbolic link or a
 * file, and both fail if the name exists. Our lock file names its owner, so that the lock of a dead process is taken
 * over at once. Optuna's own rule applies too: a lock without any change for half a minute is abandoned.
 *
 * An append takes a millisecond, so waiting is synchronous: reports stay in order.
 */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { parseJsonOrNull } from "../../fetch/json.js";
import { readRegularFile } from "../read-events.js";
import { isProcessAlive, isProcessIdentity, currentProcess } from "../writer.js";

/** In ms; Optuna's `grace_period`. */
const GRACE = 30_000;
const SLEEP = { first: 1, most: 50 } as const;
const ownIdentity = JSON.stringify(currentProcess());

/** Throws errors of the disk. */
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

/** Creates the lock atomically with its content, so that a killed process never leaves a lock without an owner. */
function make(lock: string): boolean {
  const whole = `${lock}${randomUUID()}.new`;
  try {
    writeFileSync(whole, ownIdentity, { flag: "wx", mode: PRIVATE_MODES.file });
    linkSync(whole, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // On a full disk, or one without links, an empty lock file also works.
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

/** For a link, the time of its target, as in Optuna. */
function touchedAt(lock: string): number | null {
  try {
    return statSync(lock).mtimeMs;
  } catch {
    return null; // released meanwhile, or a dangling link
  }
}

/** Also returns false for a lock without an owner, like Optuna's. */
function holderIsDead(lock: string): boolean {
  const holder = parseJsonOrNull(readRegularFile(lock, 1 << 12) ?? "", v.unknown());
  return isProcessIdentity(holder) && isProcessAlive(holder) === false;
}

/**
 * Takes over a lock. Of two processes that try, neither may remove the other's new lock: the renamed file is checked
 * again, and restored if its owner is alive.
 */
function takeAway(lock: string, silent: boolean): void {
  const taken = `${lock}${randomUUID()}.rename`;
  try {
    renameSync(lock, taken);
  } catch {
    return; // another process was first
  }
  if (!silent && !holderIsDead(taken) && !existsSync(lock))
    try {
      linkSync(taken, lock);
    } catch {
      // its holder has finished, or another process holds it
    }
  rmSync(taken, { force: true });
}

function remove(lock: string): void {
  rmSync(lock, { force: true });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
