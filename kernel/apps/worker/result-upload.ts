/**
 * Hands in what a run's folder holds whenever it has a new checkpoint, while the training goes on: files are linked beside
 * first, for the training takes older ones away and writes others. Of several that come while one is sent the last is sent.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { copyFile, link, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { FileChangedError, type CoordinatorClient } from "../../remote/coordinator/client.js";
import type { RunFile } from "../../remote/coordinator/protocol.js";
import { fileContentAt, COORDINATOR_FILES, pathsOfRun } from "../../remote/coordinator/run-files.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { TrialReporter } from "./trial-reporter.js";

export interface ResultUploadOptions {
  readonly client: Pick<CoordinatorClient, "ask" | "put">;
  readonly worker: string;
  readonly lease: string;
  readonly teller: TrialReporter;
  readonly signal: AbortSignal;
  /** A folder on the disk of the runs. */
  readonly beside: string;
  readonly onLost: (error: unknown) => void;
}

/** Milliseconds between looks at files that are being written. */
const PAUSES = [20, 100, 500] as const;

export class RunUpload {
  private readonly run: RunFolder;
  /** Bytes of its log that were told. */
  private reportedBytes = 0;
  /** Lines from that on that says that it ended. */
  private readonly pendingLines: string[] = [];
  private wanted = false;
  private sending: Promise<void> | null = null;

  /** `known`: bytes of its log that the coordinator has. */
  constructor(
    readonly number: number,
    folder: string,
    private readonly options: ResultUploadOptions,
    known = 0,
  ) {
    this.run = RunFolder.open(folder);
    this.reportedBytes = known;
  }

  get id(): string {
    return basename(this.run.path);
  }

  /** Tells what was added to its log. That it ended is told last: whoever reads it may take the files for those of the end. */
  log(): void {
    if (!existsSync(this.run.eventsFile)) return;
    const file = openSync(this.run.eventsFile, "r");
    try {
      const more = Buffer.alloc(Math.max(0, fstatSync(file).size - this.reportedBytes));
      const had = readSync(file, more, 0, more.length, this.reportedBytes);
      // What is torn is read once it is whole.
      const end = more.subarray(0, had).lastIndexOf(10) + 1;
      this.reportedBytes += end;
      for (const line of more.subarray(0, end).toString("utf8").split("\n")) this.line(line);
    } finally {
      closeSync(file);
    }
  }

  private line(line: string): void {
    if (line === "") return;
    if (this.pendingLines.length > 0 || line.includes('"kind":"stopped"')) this.pendingLines.push(line);
    else this.options.teller.say({ is: "log", run: this.number, line });
  }

  /** Its files are sent, soon. */
  handIn(): void {
    this.wanted = true;
    this.sending ??= this.send()
      .then(
        () => undefined,
        (error: unknown) => this.options.onLost(error),
      )
      .finally(() => {
        this.sending = null;
        // Asked for between the last look and now.
        if (this.wanted) this.handIn();
      });
  }

  /** When the coordinator has all that it holds now. Coded error `run-folder`: somebody writes there still. */
  async whole(): Promise<void> {
    while (this.sending) await this.sending;
    this.wanted = true;
    if (!(await this.send()))
      throw new CodedError("run-folder", { folder: this.run.path, why: "its files change while they are handed in" });
    this.log();
    for (const line of this.pendingLines.splice(0)) this.options.teller.say({ is: "log", run: this.number, line });
  }

  /** @returns whether it could be: files that are written on for long are handed in with the next checkpoint */
  private async send(): Promise<boolean> {
    let sent = true;
    while (this.wanted) {
      this.wanted = false;
      const spool = join(this.options.beside, `${this.id}-${String(this.number)}`);
      sent = await this.sent(spool);
      for (const pause of PAUSES) {
        if (sent) break;
        await delay(pause, undefined, { signal: this.options.signal });
        sent = await this.sent(spool);
      }
    }
    return sent;
  }

  /** @returns whether the coordinator has now what was there; not, where that was written on while it was sent */
  private async sent(spool: string): Promise<boolean> {
    const { client, worker, lease, signal, teller } = this.options;
    try {
      const files = await linked(this.run.path, spool);
      if (!files) return false;
      // The log says of a checkpoint what the folder is to have.
      this.log();
      await teller.flush();
      for (;;) {
        const { lacks } = await client.ask("holds", { worker, lease, run: this.number, files }, signal);
        if (lacks.length === 0) return true;
        for (const hash of lacks) {
          const file = files.find((one) => one.hash === hash);
          if (file) await client.put(lease, file, linkOf(spool, file.path), signal);
        }
      }
    } catch (error) {
      if (error instanceof FileChangedError) return false;
      throw error;
    } finally {
      await rm(spool, { recursive: true, force: true });
    }
  }
}

/** A run's files as they are now, linked into a folder of their own; null: one is being written. Coded errors `no-space`, `run-folder`. */
async function linked(run: string, spool: string): Promise<readonly RunFile[] | null> {
  await rm(spool, { recursive: true, force: true });
  const found: RunFile[] = [];
  try {
    await mkdir(spool, { recursive: true });
    for (const path of await pathsOfRun(run)) {
      if (COORDINATOR_FILES.includes(path)) continue;
      const here = linkOf(spool, path);
      // What was taken away meanwhile isn't handed in.
      if (!(await linkOrCopy(join(run, path), here))) continue;
      const content = await fileContentAt(here);
      if (typeof content !== "object") return null;
      found.push({ path, ...content });
    }
  } catch (error) {
    throw toRunFolderError(error, spool);
  }
  return found;
}
const linkOf = (spool: string, path: string): string => join(spool, path.replaceAll("/", "__"));

/** Some disks know no links. @returns whether it was there */
async function linkOrCopy(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") throw error;
      return copyFile(from, to);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
