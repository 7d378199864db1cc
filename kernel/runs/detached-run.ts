/**
 * What a run's folder says of a training that runs by itself: which process it is, where its log lies, and how it ended. The
 * note has its full size from the first write on, so that its end can be written on a disk that is full by then.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { objectWith, schemaGuard, type Schema } from "../fetch/json.js";
import { readRegularFile } from "./read-regular.js";
import type { RunLockHolder } from "./run-lock.js";
import { processIdentitySchema, type ProcessIdentity } from "./writer.js";

export const DETACHED_NOTE_FILE = "detached.json";
/** What the process printed. */
export const PROCESS_LOG_FILE = "process.log";
const BYTES = 4096;
const most = { why: 1000, log: 64 * 1024 } as const;

export interface DetachedEnd {
  /** ISO 8601. */
  readonly at: string;
  /** Exit status, or the signal that ended it; null: nobody was there to see it. */
  readonly exit: number | null;
  readonly signal: string | null;
  /** What went wrong, in words. */
  readonly why?: string;
}
export interface DetachedNote {
  readonly version: 1;
  /** Under which the training was started. */
  readonly name: string;
  readonly process: ProcessIdentity;
  readonly since: string;
  readonly ended?: DetachedEnd;
}

const ended: Schema<DetachedEnd> = objectWith({
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

/** Throws where it can't be written. */
export function writeDetachedNote(folder: string, note: DetachedNote): void {
  const file = opened(folder);
  try {
    write(file, note);
  } finally {
    closeSync(file);
  }
}

/** The note of this process, kept open: where its folder is moved meanwhile, it goes along and is told the end all the same. */
export class OpenDetachedNote {
  private constructor(
    private readonly file: number,
    private readonly writer: ProcessIdentity,
  ) {}

  /** Throws where it can't be written. */
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

  /** Once; where nothing says so yet, and no other process has taken it over. */
  end(end: Omit<DetachedEnd, "at">): void {
    try {
      const note = noteIn(readFileSync(this.file, "utf8"));
      const { id, since } = this.writer;
      if (note?.process.since === since) endNote(note, id, end, (whole) => write(this.file, whole));
    } catch {
      // the disk is gone: that it ended is seen by its lock
    } finally {
      closeSync(this.file);
    }
  }
}

function opened(folder: string): number {
  const nofollow = process.platform === "win32" ? 0 : constants.O_NOFOLLOW;
  // Over what is there: the blocks are its own already.
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

/** Null: it is no such training's, or can't be read. */
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

/** Whether who writes it is the process that it was started in by itself. */
export function isDetachedRun(folder: string, { writer }: Pick<RunLockHolder, "writer">): boolean {
  const noted = readDetachedNote(folder)?.process;
  return (
    noted !== undefined && noted.id === writer.id && noted.machine === writer.machine && noted.since === writer.since
  );
}

/** How that process ended, where nothing says so yet: another may train there by now. */
export function recordProcessEnd(folder: string, process: number, end: Omit<DetachedEnd, "at">): void {
  const note = readDetachedNote(folder);
  try {
    if (note) endNote(note, process, end, (whole) => writeDetachedNote(folder, whole));
  } catch {
    // the disk, or the folder, is gone: that it ended is seen by its lock
  }
}

function endNote(
  note: DetachedNote,
  process: number,
  end: Omit<DetachedEnd, "at">,
  to: (note: DetachedNote) => void,
): void {
  if (note.ended || note.process.id !== process) return;
  const why = end.why === undefined ? {} : { why: end.why.slice(0, most.why) };
  to({ ...note, ended: { ...end, ...why, at: new Date().toISOString() } });
}

/** The last lines that its process printed. */
export function lastLogLines(folder: string, count = 8): readonly string[] {
  const text = readRegularFile(join(folder, PROCESS_LOG_FILE), 1 << 28) ?? "";
  return text
    .slice(-most.log)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-count);
}
