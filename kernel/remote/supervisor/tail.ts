/** Reads events of a growing log: each call reads what was added since the last one. */
import { closeSync, fstatSync, readSync } from "node:fs";
import { openRegular } from "../../fetch/regular.js";
import { parseLogLine } from "../../runs/log-lines.js";
import { isRunEvent } from "../../runs/read-events.js";
import type { RunEvent } from "../../events/events.js";

const PIECE = 1 << 20;

export class EventLogTail {
  private torn = Buffer.alloc(0);

  /** `read`: bytes of the file already read. */
  constructor(
    private readonly file: string,
    private read: number,
  ) {}

  look(): readonly RunEvent[] {
    const events: RunEvent[] = [];
    let fd: number | null = null;
    try {
      fd = openRegular(this.file);
      if (fd === null) return events;
      const { size } = fstatSync(fd);
      while (this.read < size) {
        const piece = Buffer.alloc(Math.min(PIECE, size - this.read));
        const got = readSync(fd, piece, 0, piece.length, this.read);
        if (got === 0) break;
        this.read += got;
        this.take(Buffer.concat([this.torn, piece.subarray(0, got)]), events);
      }
    } catch {
      // a failing disk: the next read reports it
    } finally {
      if (fd !== null) closeSync(fd);
    }
    return events;
  }

  /** Decodes only complete lines, because a character may be split. */
  private take(bytes: Buffer, events: RunEvent[]): void {
    const end = bytes.lastIndexOf(10) + 1;
    for (const line of bytes.toString("utf8", 0, end).split("\n"))
      if (line !== "") events.push(...parseLogLine(line, "at").filter(isRunEvent));
    this.torn = bytes.length - end > PIECE ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end));
  }
}
