/**
 * A run has one writer. A process that wants to write creates an empty file in the run's folder, and only then looks
 * for other such files. If two processes come at once, at least one sees the other, withdraws and tries again. The
 * file's name is unique and contains everything about its writer. It appears at once and complete, even on a full disk,
 * and any process may remove the file of a dead writer.
 *
 * A process of this machine is looked up by its id and start time (writer.ts), so a killed writer is found at once.
 * That is impossible for a process of another machine (the folder is on a shared disk): it touches its file while it
 * lives, and the file counts as abandoned after ten minutes without a touch. A writer whose file was removed notices it
 * before its next write (`demand`).
 *
 * No lock library is used: they do not report the holder, release a killed process's lock only after a timeout, and
 * take the lock from a process that was merely suspended for that long.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { uptime } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { PRIVATE_MODES } from "../fetch/private.js";
import { folderGoneError, toRunFolderError } from "./folder-errors.js";
import { isProcessAlive, currentProcess } from "./writer.js";
import type { RunWriter } from "../events/writer.js";

/** `update` and `forget` lock the folder of all runs: rows stored for replay are not deleted while an update has them. */
export type RunLockPurpose = "train" | "delete" | "sweep" | "update" | "forget";
/** Several processes may have the lock for this purpose at once. */
const SHARED: RunLockPurpose = "update";
export interface RunLockHolder {
  readonly writer: RunWriter;
  readonly does: RunLockPurpose;
  /** Time when the lock was acquired, ISO 8601. */
  readonly at: string;
  readonly file: string;
}

/** Time without a touch of its file after which a process that cannot be looked up counts as dead. */
export const ASSUMED_DEAD_AFTER_MS = 10 * 60_000;
const BEAT = 30_000;
const name =
  /^\.writer-(train|delete|sweep|update|forget)-(\d+)-([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)-[0-9a-f]{12}$/;

export class RunLock {
  private readonly beating: NodeJS.Timeout;
  private readonly after: (() => void)[] = [];

  private constructor(
    readonly folder: string,
    readonly holder: RunLockHolder,
  ) {
    this.beating = setInterval(() => this.touch(), BEAT).unref();
  }

  /** Returns the lock, or its present holder. Throws the coded errors `run-folder` and `no-space`. */
  static try(folder: string, does: RunLockPurpose): RunLock | RunLockHolder {
    const announcement = announce(folder, does);
    try {
      const all = announcements(folder);
      if (!all.some(({ file }) => file === announcement.file)) throw folderGoneError(folder);
      const now = statSync(announcement.file).mtimeMs;
      const others = all.filter(({ file }) => file !== announcement.file);
      const living = others.filter((other) => lives(other, now));
      const excluding = living.find((other) => does !== SHARED || other.does !== SHARED);
      if (excluding) {
        withdraw(announcement.file);
        return excluding;
      }
      for (const other of others) if (!living.includes(other)) withdraw(other.file);
      return new RunLock(folder, announcement);
    } catch (error) {
      withdraw(announcement.file);
      throw toRunFolderError(error, folder);
    }
  }

  /** Throws if the lock was lost; call it before each write. Coded errors `run-lost`, `run-folder`. */
  demand(): void {
    if (existsSync(this.holder.file)) return;
    if (!existsSync(this.folder)) throw folderGoneError(this.folder);
    throw new CodedError("run-lost", { run: basename(this.folder) });
  }

  /**
   * Shows other machines that this process lives; called automatically. It writes to the file, so that the disk sets
   * the time, whichever machine reads it.
   */
  touch(): void {
    try {
      const fd = openSync(this.holder.file, "r+");
      try {
        writeSync(fd, ".", 0);
      } finally {
        closeSync(fd);
      }
    } catch {
      // lock lost, or a disk failure: `demand` reports it before the next write
    }
  }

  release(): void {
    clearInterval(this.beating);
    withdraw(this.holder.file);
    for (const after of this.after.splice(0)) after();
  }
  /** Calls `after` once the lock is released. */
  whenReleased(after: () => void): void {
    this.after.push(after);
  }
}

/**
 * Acquires the lock, and waits up to `patience` milliseconds for a writer that is about to end. Throws the coded errors
 * `run-busy`, `run-folder` and `no-space`.
 */
export async function lockRun(folder: string, does: RunLockPurpose, patience = 1000): Promise<RunLock> {
  for (const until = Date.now() + patience; ;) {
    const got = RunLock.try(folder, does);
    if (got instanceof RunLock) return got;
    if (Date.now() >= until) throw runBusyError(folder, got);
    await delay(20 + Math.random() * 80);
  }
}

/** Does the work while it has the lock. Throws the coded errors of `lockRun`. */
export async function whileLocked<T>(folder: string, does: RunLockPurpose, work: () => Promise<T>): Promise<T> {
  const lock = await lockRun(folder, does);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Returns the process that writes the run now; null if there is none. It changes nothing. */
export function lockHolderOf(folder: string): RunLockHolder | null {
  try {
    return announcements(folder).find((one) => lives(one, Date.now())) ?? null;
  } catch {
    return null; // the folder does not exist or cannot be read
  }
}

export function runBusyError(folder: string, { writer, does, at: time, file }: RunLockHolder): CodedError {
  const me = currentProcess();
  const where = writer.machine !== me.machine ? "elsewhere" : writer.id === me.id ? "here" : "beside";
  return new CodedError("run-busy", { run: basename(folder), does, where, process: writer.id, since: time, file });
}

/** Returns the writers' files, in the order of their creation. */
function announcements(folder: string): readonly RunLockHolder[] {
  return readdirSync(folder)
    .flatMap((entry): RunLockHolder[] => {
      const [, does, time, machine, id, since] = name.exec(entry) ?? [];
      if (machine === undefined || since === undefined) return [];
      const writer = { id: Number(id), machine, since: since === "0" ? null : since };
      return [{ writer, does: does as RunLockPurpose, at: timeOf(Number(time)), file: join(folder, entry) }];
    })
    .sort((a, b) => a.at.localeCompare(b.at));
}

function announce(folder: string, does: RunLockPurpose): RunLockHolder {
  const writer = currentProcess();
  const now = Date.now();
  const { machine, id, since } = writer;
  const file = join(folder, `.writer-${does}-${now}-${machine}-${id}-${since ?? 0}-${randomBytes(6).toString("hex")}`);
  try {
    closeSync(openSync(file, "wx", PRIVATE_MODES.file));
  } catch (error) {
    throw toRunFolderError(error, folder);
  }
  return { writer, does, at: timeOf(now), file };
}

function lives({ writer, at: time, file }: RunLockHolder, now: number): boolean {
  const alive = isProcessAlive(writer);
  // If the writer's start time is unknown and its lock is older than the last boot, another process has its id now.
  if (alive === true) return writer.since !== null || Date.parse(time) > Date.now() - uptime() * 1000 - 60_000;
  return alive ?? now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < ASSUMED_DEAD_AFTER_MS;
}

function withdraw(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // the disk became read-only: the file counts as a dead writer's once this process ends
  }
}

/** Limits the time to the range of a Date: a wrong clock may give a greater value. */
function timeOf(milliseconds: number): string {
  return new Date(Math.min(milliseconds, 8.64e15)).toISOString();
}
