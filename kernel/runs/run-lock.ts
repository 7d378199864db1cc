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
import { PRIVATE } from "../fetch/private.js";
import { gone, writing } from "./folder-errors.js";
import { isAlive, thisProcess } from "./writer.js";
import type { Writer } from "../events/writer.js";

export type Doing = "train" | "delete" | "sweep";
export interface Holder {
  readonly writer: Writer;
  readonly does: Doing;
  /** When it took the lock, ISO 8601. */
  readonly at: string;
  readonly file: string;
}

/** Without a sign for so long, a process that can't be asked after is taken for ended. */
export const SILENCE = 10 * 60_000;
const BEAT = 30_000;
const name = /^\.writer-(train|delete|sweep)-(\d+)-([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)-[0-9a-f]{12}$/;

export class RunLock {
  private readonly beating: NodeJS.Timeout;
  private readonly after: (() => void)[] = [];

  private constructor(
    readonly folder: string,
    readonly holder: Holder,
  ) {
    this.beating = setInterval(() => this.touch(), BEAT).unref();
  }

  /** The lock, or who has it. Coded errors `run-folder`, `no-space`. */
  static try(folder: string, does: Doing): RunLock | Holder {
    const own = announce(folder, does);
    try {
      const all = announcements(folder);
      if (!all.some(({ file }) => file === own.file)) throw gone(folder);
      const now = statSync(own.file).mtimeMs;
      const others = all.filter(({ file }) => file !== own.file);
      const [living] = others.filter((other) => lives(other, now));
      if (living) {
        withdraw(own.file);
        return living;
      }
      for (const { file } of others) withdraw(file);
      return new RunLock(folder, own);
    } catch (error) {
      withdraw(own.file);
      throw writing(error, folder);
    }
  }

  /** Nothing may be written once it was taken. Coded errors `run-lost`, `run-folder`. */
  demand(): void {
    if (existsSync(this.holder.file)) return;
    if (!existsSync(this.folder)) throw gone(this.folder);
    throw new CodedError("run-lost", { run: basename(this.folder) });
  }

  /** A sign of life for other machines; given by itself. Written, so that the time is that of the disk, whichever machine asks. */
  touch(): void {
    try {
      const at = openSync(this.holder.file, "r+");
      try {
        writeSync(at, ".", 0);
      } finally {
        closeSync(at);
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
export async function lockRun(folder: string, does: Doing, patience = 1000): Promise<RunLock> {
  for (const until = Date.now() + patience; ;) {
    const got = RunLock.try(folder, does);
    if (got instanceof RunLock) return got;
    if (Date.now() >= until) throw busy(folder, got);
    await delay(20 + Math.random() * 80);
  }
}

/** Who writes a run now; null: nobody. Only looks. */
export function holderOf(folder: string): Holder | null {
  try {
    return announcements(folder).find((one) => lives(one, Date.now())) ?? null;
  } catch {
    return null; // there is no such folder, or it can't be read
  }
}

export function busy(folder: string, { writer, does, at, file }: Holder): CodedError {
  const me = thisProcess();
  const where = writer.machine !== me.machine ? "elsewhere" : writer.id === me.id ? "here" : "beside";
  return new CodedError("run-busy", { run: basename(folder), does, where, process: writer.id, since: at, file });
}

/** By the order in which they came. */
function announcements(folder: string): readonly Holder[] {
  return readdirSync(folder)
    .flatMap((entry): Holder[] => {
      const [, does, at, machine, id, since] = name.exec(entry) ?? [];
      if (machine === undefined || since === undefined) return [];
      const writer = { id: Number(id), machine, since: since === "0" ? null : since };
      return [{ writer, does: does as Doing, at: timeOf(Number(at)), file: join(folder, entry) }];
    })
    .sort((a, b) => a.at.localeCompare(b.at));
}

function announce(folder: string, does: Doing): Holder {
  const writer = thisProcess();
  const now = Date.now();
  const { machine, id, since } = writer;
  const file = join(folder, `.writer-${does}-${now}-${machine}-${id}-${since ?? 0}-${randomBytes(6).toString("hex")}`);
  try {
    closeSync(openSync(file, "wx", PRIVATE.file));
  } catch (error) {
    throw writing(error, folder);
  }
  return { writer, does, at: timeOf(now), file };
}

function lives({ writer, at, file }: Holder, now: number): boolean {
  const alive = isAlive(writer);
  // Where a process doesn't say when it began, one of before the last start of the machine has another's id by now.
  if (alive === true) return writer.since !== null || Date.parse(at) > Date.now() - uptime() * 1000 - 60_000;
  return alive ?? now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < SILENCE;
}

function withdraw(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // a disk that went read-only: the file is a dead writer's once this process ends
  }
}

/** A clock that is far off gives no time that a date can hold. */
function timeOf(at: number): string {
  return new Date(Math.min(at, 8.64e15)).toISOString();
}
