/**
 * What a run's folder says of a training that runs by itself: which process it is, where its log lies, and how it ended. The
 * note has its full size from the first write on, so that its end can be written on a disk that is full by then.
 */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { fields, like, type Schema } from "../fetch/json.js";
import { readRegular } from "./read-regular.js";
import type { Holder } from "./run-lock.js";
import { writerSchema, type Writer } from "./writer.js";

export const NOTE = "detached.json";
/** What the process printed. */
export const LOG = "process.log";
const BYTES = 4096;
const most = { why: 1000, log: 64 * 1024 } as const;

export interface Ended {
  /** ISO 8601. */
  readonly at: string;
  /** Exit status, or the signal that ended it; null: nobody was there to see it. */
  readonly exit: number | null;
  readonly signal: string | null;
  /** What went wrong, in words. */
  readonly why?: string;
}
export interface Note {
  readonly version: 1;
  /** Under which the training was started. */
  readonly name: string;
  readonly process: Writer;
  readonly since: string;
  readonly ended?: Ended;
}

const ended: Schema<Ended> = fields({
  at: v.string(),
  exit: v.nullable(v.number()),
  signal: v.nullable(v.string()),
  why: v.exactOptional(v.string()),
});
const schema: Schema<Note> = fields({
  version: v.literal(1),
  name: v.string(),
  process: writerSchema,
  since: v.string(),
  ended: v.exactOptional(ended),
});
const isNote = like(schema);

/** Throws where it can't be written. */
export function writeNote(folder: string, note: Note): void {
  const file = opened(folder);
  try {
    write(file, note);
  } finally {
    closeSync(file);
  }
}

/** The note of this process, kept open: where its folder is moved meanwhile, it goes along and is told the end all the same. */
export class OwnNote {
  private constructor(
    private readonly file: number,
    private readonly own: Writer,
  ) {}

  /** Throws where it can't be written. */
  static write(folder: string, note: Note): OwnNote {
    const file = opened(folder);
    try {
      write(file, note);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return new OwnNote(file, note.process);
  }

  /** Once; where nothing says so yet, and no other process has taken it over. */
  end(end: Omit<Ended, "at">): void {
    try {
      const note = noteIn(readFileSync(this.file, "utf8"));
      const { id, since } = this.own;
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
  return openSync(join(folder, NOTE), constants.O_RDWR | constants.O_CREAT | nofollow, 0o600);
}

function write(file: number, note: Note): void {
  const text = JSON.stringify(note);
  const bytes = Buffer.alloc(Math.max(BYTES, Buffer.byteLength(text) + 1), " ");
  bytes.write(text);
  bytes[bytes.length - 1] = 10;
  writeSync(file, bytes, 0, bytes.length, 0);
  fsyncSync(file);
}

/** Null: it is no such training's, or can't be read. */
export function readNote(folder: string): Note | null {
  const text = readRegular(join(folder, NOTE), 1 << 16);
  return text === null ? null : noteIn(text);
}

function noteIn(text: string): Note | null {
  try {
    const found: unknown = JSON.parse(text);
    return isNote(found) ? found : null;
  } catch {
    return null;
  }
}

/** Whether who writes it is the process that it was started in by itself. */
export function isDetached(folder: string, { writer }: Pick<Holder, "writer">): boolean {
  const own = readNote(folder)?.process;
  return own !== undefined && own.id === writer.id && own.machine === writer.machine && own.since === writer.since;
}

/** How that process ended, where nothing says so yet: another may train there by now. */
export function noteEnd(folder: string, process: number, end: Omit<Ended, "at">): void {
  const note = readNote(folder);
  try {
    if (note) endNote(note, process, end, (whole) => writeNote(folder, whole));
  } catch {
    // the disk, or the folder, is gone: that it ended is seen by its lock
  }
}

function endNote(note: Note, process: number, end: Omit<Ended, "at">, to: (note: Note) => void): void {
  if (note.ended || note.process.id !== process) return;
  const why = end.why === undefined ? {} : { why: end.why.slice(0, most.why) };
  to({ ...note, ended: { ...end, ...why, at: new Date().toISOString() } });
}

/** The last lines that its process printed. */
export function lastLines(folder: string, count = 8): readonly string[] {
  const text = readRegular(join(folder, LOG), 1 << 28) ?? "";
  return text
    .slice(-most.log)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-count);
}
