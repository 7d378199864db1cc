/**
 * Note of a detached training in its run's folder: its process and how it ended. The file has its full size from the
 * first write on, so that the end can be recorded even on a full disk.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { objectWith, schemaGuard, type Schema } from "../fetch/json.js";
import { readRegularFile } from "./read-events.js";
import type { RunLockHolder } from "./run-lock.js";
import { processIdentitySchema, type ProcessIdentity } from "./writer.js";

export const DETACHED_NOTE_FILE = "detached.json";
/** Output of the process. */
export const PROCESS_LOG_FILE = "process.log";
const BYTES = 4096;
const most = { why: 1000, log: 64 * 1024 } as const;

export interface DetachedProcessEnd {
  /** ISO 8601. */
  readonly at: string;
  /** Exit status, or the signal that ended it; null if nobody observed the end. */
  readonly exit: number | null;
  readonly signal: string | null;
  readonly why?: string;
}
export interface DetachedNote {
  readonly version: 1;
  /** Name under which the training was started. */
  readonly name: string;
  readonly process: ProcessIdentity;
  readonly since: string;
  readonly ended?: DetachedProcessEnd;
}

const ended: Schema<DetachedProcessEnd> = objectWith({
  at: v.string(),
  exit: v.nullable(v.number()),
  signal: v.nullable(v.string()),
  why: v.exactOptional(v.string()),
});
const schema: Schema<DetachedNote> = objectWith({
  version: v.literal(1),
  name: v.string(),
  process: processIdentitySchema,
  since: v.string(),
  ended: v.exactOptional(ended),
});
const isNote = schemaGuard(schema);

/** Throws if the file cannot be written. */
export function writeDetachedNote(folder: string, note: DetachedNote): void {
  const file = opened(folder);
  try {
    write(file, note);
  } finally {
    closeSync(file);
  }
}

/** The note of this process, with the file open: if its folder is moved, the end is still recorded. */
export class OpenDetachedNote {
  private constructor(
    private readonly file: number,
    private readonly writer: ProcessIdentity,
  ) {}

  /** Throws if the file cannot be written. */
  static write(folder: string, note: DetachedNote): OpenDetachedNote {
    const file = opened(folder);
    try {
      write(file, note);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return new OpenDetachedNote(file, note.process);
  }

  /** Records the end once, unless it is recorded or another process has taken over the note. */
  end(end: Omit<DetachedProcessEnd, "at">): void {
    try {
      const note = noteIn(readFileSync(this.file, "utf8"));
      const { id, since } = this.writer;
      if (note?.process.since === since) endNote(note, id, end, (whole) => write(this.file, whole));
    } catch {
      // the disk is gone: the lock shows that it ended
    } finally {
      closeSync(this.file);
    }
  }
}

function opened(folder: string): number {
  const nofollow = process.platform === "win32" ? 0 : constants.O_NOFOLLOW;
  // Overwrites in place, so that no new disk blocks are needed.
  return openSync(join(folder, DETACHED_NOTE_FILE), constants.O_RDWR | constants.O_CREAT | nofollow, 0o600);
}

function write(file: number, note: DetachedNote): void {
  const text = JSON.stringify(note);
  const bytes = Buffer.alloc(Math.max(BYTES, Buffer.byteLength(text) + 1), " ");
  bytes.write(text);
  bytes[bytes.length - 1] = 10;
  writeSync(file, bytes, 0, bytes.length, 0);
  fsyncSync(file);
}

/** Returns null if the run has no such note, or it is unreadable. */
export function readDetachedNote(folder: string): DetachedNote | null {
  const text = readRegularFile(join(folder, DETACHED_NOTE_FILE), 1 << 16);
  return text === null ? null : noteIn(text);
}

function noteIn(text: string): DetachedNote | null {
  try {
    const found: unknown = JSON.parse(text);
    return isNote(found) ? found : null;
  } catch {
    return null;
  }
}

/** Whether the run's writer is its detached process. */
export function isDetachedRun(folder: string, { writer }: Pick<RunLockHolder, "writer">): boolean {
  const noted = readDetachedNote(folder)?.process;
  return (
    noted !== undefined && noted.id === writer.id && noted.machine === writer.machine && noted.since === writer.since
  );
}

/** Records how that process ended if nothing is recorded yet; another process may be training there by now. */
export function recordProcessEnd(folder: string, process: number, end: Omit<DetachedProcessEnd, "at">): void {
  const note = readDetachedNote(folder);
  try {
    if (note) endNote(note, process, end, (whole) => writeDetachedNote(folder, whole));
  } catch {
    // the disk or the folder is gone: the lock shows that it ended
  }
}

function endNote(
  note: DetachedNote,
  process: number,
  end: Omit<DetachedProcessEnd, "at">,
  to: (note: DetachedNote) => void,
): void {
  if (note.ended || note.process.id !== process) return;
  const why = end.why === undefined ? {} : { why: end.why.slice(0, most.why) };
  to({ ...note, ended: { ...end, ...why, at: new Date().toISOString() } });
}

/** Returns the last lines of its process's output. */
export function lastLogLines(folder: string, count = 8): readonly string[] {
  const text = readRegularFile(join(folder, PROCESS_LOG_FILE), 1 << 28) ?? "";
  return text
    .slice(-most.log)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-count);
}
