/**
 * A journal of Optuna's as a file that others may write too: read on from where it was read, appended to under Optuna's lock.
 * Always holds: `replay` is what the whole lines up to `offset` come to, and an append sees all that stands before it.
 */
import { closeSync, constants, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { FileNotRead, openRegular } from "../../fetch/regular.js";
import { toRunFolderError } from "../folder-errors.js";
import { withJournalLock } from "./journal-lock.js";
import { serializeOperation, parseOperations, type UnsignedOperation } from "./operations.js";
import { Replay } from "./replay.js";

const NOFOLLOW = process.platform === "win32" ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;
const END = 10;
/** Bytes that are read at once; more in one line are no operation. */
const MOST = 2 ** 26;

export class OptunaJournalFile {
  private now = new Replay();
  private offset = 0;
  private inode: number | null = null;
  /** What the disk said after the append. */
  private late: Error | null = null;

  constructor(readonly file: string) {}

  get replay(): Replay {
    return this.now;
  }

  /** Reads what others added since; a torn last line is left for later. What can't be read says nothing. */
  look(): void {
    let fd: number | null;
    try {
      fd = openRegular(this.file);
    } catch (error) {
      if (error instanceof FileNotRead) return;
      throw error;
    }
    if (fd === null) return;
    try {
      this.read(fd);
    } catch {
      // the disk fails: what was read stays
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Appends what `made` makes of the newest state, as one write. `keep`: it is put on the disk itself, which nobody waits for; a
   * disk that says only then that it is full says so at the next append. Coded errors `no-space`, `run-folder`.
   */
  append(worker: string, made: () => readonly UnsignedOperation[], keep = false): void {
    try {
      const { late } = this;
      this.late = null;
      if (late) throw late;
      withJournalLock(this.file, () => {
        const fd = openSync(
          this.file,
          constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NOFOLLOW,
          PRIVATE_MODES.file,
        );
        try {
          if (!fstatSync(fd).isFile()) throw Object.assign(new Error("it is no regular file"), { code: "EISDIR" });
          this.read(fd);
          const lines = made().map((operation) => `${serializeOperation(operation, worker)}\n`);
          if (lines.length === 0) return;
          this.write(fd, Buffer.from(lines.join("")));
          this.read(fd);
          if (keep) this.keep();
        } finally {
          closeSync(fd);
        }
      });
    } catch (error) {
      throw toRunFolderError(error, this.file);
    }
  }

  private keep(): void {
    const fd = openSync(this.file, "r+");
    fsync(fd, (error) => {
      this.late = error;
      closeSync(fd);
    });
  }

  private read(fd: number): void {
    const { size, ino } = fstatSync(fd);
    if (size < this.offset || (this.inode !== null && ino !== this.inode)) {
      [this.now, this.offset] = [new Replay(), 0];
    }
    this.inode = ino;
    while (this.offset < size) {
      const bytes = Buffer.alloc(Math.min(size - this.offset, MOST));
      const got = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, this.offset));
      const whole = got.lastIndexOf(END) + 1;
      if (whole === 0 && got.length < MOST) return;
      for (const line of got.toString("utf8", 0, whole).split("\n"))
        for (const operation of parseOperations(line)) this.now.apply(operation);
      this.offset += whole === 0 ? got.length : whole;
    }
  }

  /**
   * What a killed writer left torn is cut off: Optuna reads no line that goes on after it. A line that lacks only its end gets
   * it. What a full disk takes half of is cut off again.
   */
  private write(fd: number, bytes: Buffer): void {
    const { size } = fstatSync(fd);
    let start = size;
    if (size > this.offset) {
      const torn = Buffer.alloc(Math.min(size - this.offset, MOST));
      const text = torn.toString("utf8", 0, readSync(fd, torn, 0, torn.length, this.offset));
      if (parseOperations(text).length > 0 && text.startsWith("{") && text.endsWith("}"))
        bytes = Buffer.concat([Buffer.from("\n"), bytes]);
      else ftruncateSync(fd, (start = this.offset));
    }
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    } catch (error) {
      ftruncateSync(fd, start);
      throw error;
    }
  }
}
