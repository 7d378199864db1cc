/**
 * An Optuna journal file that other processes may also write: read incrementally, appended to under Optuna's lock.
 * Invariant: `replay` is the state after the complete lines up to `offset`, and an append sees everything before it.
 */
import { closeSync, constants, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { PRIVATE_MODES } from "../../fetch/private.js";
import { FileNotRead, openRegularFile } from "../../fetch/regular.js";
import { toRunFolderError } from "../folder-errors.js";
import { withJournalLock } from "./journal-lock.js";
import { serializeOperation, parseOperations, type OperationWithoutWorker } from "./operations.js";
import { Replay } from "./replay.js";

const NOFOLLOW = process.platform === "win32" ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;
const END = 10;
/** Maximum bytes read at once; a longer line is no valid operation. */
const MOST = 2 ** 26;

export class OptunaJournalFile {
  private now = new Replay();
  private offset = 0;
  private inode: number | null = null;
  /** Error of the asynchronous fsync after an append. */
  private late: Error | null = null;

  constructor(readonly file: string) {}

  get replay(): Replay {
    return this.now;
  }

  /** Reads what others have added; a truncated last line is left for later. Read errors are ignored. */
  look(): void {
    let fd: number | null;
    try {
      fd = openRegularFile(this.file);
    } catch (error) {
      if (error instanceof FileNotRead) return;
      throw error;
    }
    if (fd === null) return;
    try {
      this.read(fd);
    } catch {
      // the disk fails: the state read so far remains
    } finally {
      closeSync(fd);
    }
  }

  /**
   * Appends the operations that `made` derives from the newest state, in one write. `keep`: also calls fsync without
   * waiting; its error is thrown by the next append. Throws the coded errors `no-space` and `run-folder`.
   */
  append(worker: string, made: () => readonly OperationWithoutWorker[], keep = false): void {
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
   * Cuts off the truncated line of a killed writer, because Optuna cannot parse a line appended to it. A line that only
   * lacks its end is completed. A write that a full disk cut short is removed again.
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
