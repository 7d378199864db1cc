/**
 * A run has one writer. Who would write announces itself by an empty file in the run's folder, and only then looks who else
 * is there: of two that come at once at least one sees the other, withdraws and tries again. Each file's name is its own and
 * says all of its writer: it is there at once and whole, on a full disk too, and a dead writer's may be removed by anyone.
 *
 * A process of this machine is asked after by its id and its beginning (writer.ts), so what was killed is found at once. One
 * of another machine (the folder lies on a shared disk) can't be: its file is touched while it lives, and counts as left
 * behind once it was not for ten minutes. A writer whose file was taken finds out before it writes next (`demand`).
 *
 * Why no lock of a library: those tell nobody who holds them, give a killed writer's up only after a time, and take one from
 * a process that was merely stopped for as long.
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

export type RunLockPurpose = "train" | "delete" | "sweep";
export interface RunLockHolder {
  readonly writer: RunWriter;
  readonly does: RunLockPurpose;
  /** When it took the lock, ISO 8601. */
  readonly at: string;
  readonly file: string;
}

/** Without a sign for so long, a process that can't be asked after is taken for ended. */
export const ASSUMED_DEAD_AFTER_MS = 10 * 60_000;
const BEAT = 30_000;
const name = /^\.writer-(train|delete|sweep)-(\d+)-([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)-[0-9a-f]{12}$/;

export class RunLock {
  private readonly beating: NodeJS.Timeout;
  private readonly after: (() => void)[] = [];

  private constructor(
    readonly folder: string,
    readonly holder: RunLockHolder,
  ) {
    this.beating = setInterval(() => this.touch(), BEAT).unref();
  }

  /** The lock, or who has it. Coded errors `run-folder`, `no-space`. */
  static try(folder: string, does: RunLockPurpose): RunLock | RunLockHolder {
    const announcement = announce(folder, does);
    try {
      const all = announcements(folder);
      if (!all.some(({ file }) => file === announcement.file)) throw folderGoneError(folder);
      const now = statSync(announcement.file).mtimeMs;
      const others = all.filter(({ file }) => file !== announcement.file);
      const [living] = others.filter((other) => lives(other, now));
      if (living) {
        withdraw(announcement.file);
        return living;
      }
      for (const { file } of others) withdraw(file);
      return new RunLock(folder, announcement);
    } catch (error) {
      withdraw(announcement.file);
      throw toRunFolderError(error, folder);
    }
  }

  /** Nothing may be written once it was taken. Coded errors `run-lost`, `run-folder`. */
  demand(): void {
    if (existsSync(this.holder.file)) return;
    if (!existsSync(this.folder)) throw folderGoneError(this.folder);
    throw new CodedError("run-lost", { run: basename(this.folder) });
  }

  /** A sign of life for other machines; given by itself. Written, so that the time is that of the disk, whichever machine asks. */
  touch(): void {
    try {
      const fd = openSync(this.holder.file, "r+");
      try {
        writeSync(fd, ".", 0);
      } finally {
        closeSync(fd);
      }
    } catch {
      // taken, or a disk that fails: `demand` tells before anything is written
    }
  }

  release(): void {
    clearInterval(this.beating);
    withdraw(this.holder.file);
    for (const after of this.after.splice(0)) after();
  }
  /** Done once it is given back. */
  whenReleased(after: () => void): void {
    this.after.push(after);
  }
}

/** Waits a moment for a writer that is about to end. Coded errors `run-busy`, `run-folder`, `no-space`. */
export async function lockRun(folder: string, does: RunLockPurpose, patience = 1000): Promise<RunLock> {
  for (const until = Date.now() + patience; ;) {
    const got = RunLock.try(folder, does);
    if (got instanceof RunLock) return got;
    if (Date.now() >= until) throw runBusyError(folder, got);
    await delay(20 + Math.random() * 80);
  }
}

/** Who writes a run now; null: nobody. Only looks. */
export function lockHolderOf(folder: string): RunLockHolder | null {
  try {
    return announcements(folder).find((one) => lives(one, Date.now())) ?? null;
  } catch {
    return null; // there is no such folder, or it can't be read
  }
}

export function runBusyError(folder: string, { writer, does, at: time, file }: RunLockHolder): CodedError {
  const me = currentProcess();
  const where = writer.machine !== me.machine ? "elsewhere" : writer.id === me.id ? "here" : "beside";
  return new CodedError("run-busy", { run: basename(folder), does, where, process: writer.id, since: time, file });
}

/** By the order in which they came. */
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
  // Where a process doesn't say when it began, one of before the last start of the machine has another's id by now.
  if (alive === true) return writer.since !== null || Date.parse(time) > Date.now() - uptime() * 1000 - 60_000;
  return alive ?? now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < ASSUMED_DEAD_AFTER_MS;
}

function withdraw(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a disk that went read-only: the file is a dead writer's once this process ends
  }
}

/** A clock that is far off gives no time that a date can hold. */
function timeOf(milliseconds: number): string {
  return new Date(Math.min(milliseconds, 8.64e15)).toISOString();
}
