/**
 * Watches a run while it is training: over its socket, which reports each step and the progress of validations, or else
 * by its growing log. Each event is reported once, whichever way it arrived.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { RunEvent } from "../../events/events.js";
import { parseRunEvents, isRunEvent } from "../../runs/read-events.js";
import { readRegularFile } from "../../runs/read-events.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { ControlClient } from "./client.js";
import { isTraining, runProgressOf, type RunProgress } from "./outcome.js";
import { closeSync, fstatSync, readSync } from "node:fs";
import { openRegularFile } from "../../fetch/regular.js";
import { parseLogLine } from "../../runs/log-lines.js";

/** Reads events of a growing log: each call reads what was added since the last one. */
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
      fd = openRegularFile(this.file);
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

const EVERY = 250;

export interface RunWatcher {
  /** Receives the earlier events. */
  behind(events: readonly RunEvent[]): void;
  on(event: RunEvent): void;
  validating(done: number, total: number): void;
}

/** Returns how the run ended; null if the signal was aborted, which leaves the run unchanged. */
export async function watchRun(run: RunFolder, watcher: RunWatcher, signal?: AbortSignal): Promise<RunProgress | null> {
  const seen = new Seen(watcher);
  const client = await ControlClient.to(run.path);
  const leave = (): void => client?.close();
  signal?.addEventListener("abort", leave, { once: true });
  // The signal may have been aborted before the listener was added.
  if (signal?.aborted) leave();
  try {
    const first = client && (await client.ask("follow"));
    const log = Buffer.from(readRegularFile(run.eventsFile) ?? "");
    const behind = first?.is === "following" ? Math.min(first.behind, log.length) : log.lastIndexOf(10) + 1;
    seen.begin(parseRunEvents(log.subarray(0, behind).toString("utf8")));
    const tail = new EventLogTail(run.eventsFile, behind);
    if (client && first?.is === "following") await heard(client, seen, watcher);
    for (;;) {
      if (signal?.aborted) return null;
      const trains = isTraining(run);
      seen.all(tail.look());
      if (!trains) return runProgressOf(run);
      await delay(EVERY, undefined, signal && { signal }).catch(() => undefined);
    }
  } finally {
    signal?.removeEventListener("abort", leave);
    client?.close();
  }
}

async function heard(client: ControlClient, seen: Seen, watcher: RunWatcher): Promise<void> {
  for (;;) {
    const reply = await client.hears();
    if (!reply) return;
    if (reply.is === "event") seen.one(reply.event);
    else if (reply.is === "validating") watcher.validating(reply.done, reply.of);
  }
}

const keyOf = (event: RunEvent): string => `${event.kind} ${"step" in event ? String(event.step) : ""} ${event.at}`;

/** Filters events that were already reported. */
class Seen {
  private readonly keys = new Set<string>();
  constructor(private readonly watcher: RunWatcher) {}

  begin(events: readonly RunEvent[]): void {
    for (const event of events) this.keys.add(keyOf(event));
    this.watcher.behind(events);
  }
  one(event: RunEvent): void {
    const key = keyOf(event);
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.watcher.on(event);
  }
  all(events: readonly RunEvent[]): void {
    for (const event of events) this.one(event);
  }
}
