/**
 * Uploads a run's folder whenever it has a new checkpoint, while the training continues. Files are linked to a spool
 * folder first, as the training deletes older ones and writes others. If several requests arrive during an upload, only
 * the last is sent.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { copyFile, link, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { FileChangedError, type CoordinatorClient } from "../../remote/coordinator/client.js";
import type { RunFile } from "../../remote/coordinator/protocol.js";
import { contentHashOfFile, COORDINATOR_FILES, pathsOfRun } from "../../remote/coordinator/run-files.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { RunFolder } from "../../runs/run-folder.js";
import type { TrialReporter } from "./trial-reporter.js";

export interface ResultUploadOptions {
  readonly client: Pick<CoordinatorClient, "ask" | "put">;
  readonly worker: string;
  readonly lease: string;
  readonly teller: TrialReporter;
  readonly signal: AbortSignal;
  /** A spool folder on the same disk as the runs. */
  readonly beside: string;
  readonly onLost: (error: unknown) => void;
}

/** Milliseconds between retries for files that are being written. */
const PAUSES = [20, 100, 500] as const;

export class RunUpload {
  private readonly run: RunFolder;
  /** Bytes of its log already reported. */
  private reportedBytes = 0;
  /** Log lines from the one that reports the end. */
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

  /**
   * Reports new lines of its log. The end is reported last, as a reader may then take the uploaded files for the final
   * ones.
   */
  log(): void {
    if (!existsSync(this.run.eventsFile)) return;
    const file = openSync(this.run.eventsFile, "r");
    try {
      const more = Buffer.alloc(Math.max(0, fstatSync(file).size - this.reportedBytes));
      const had = readSync(file, more, 0, more.length, this.reportedBytes);
      // An incomplete line is read later, once it is complete.
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

  /** Schedules an upload of its files. */
  handIn(): void {
    this.wanted = true;
    this.sending ??= this.send()
      .then(
        () => undefined,
        (error: unknown) => this.options.onLost(error),
      )
      .finally(() => {
        this.sending = null;
        // Requested between the last check and now.
        if (this.wanted) this.handIn();
      });
  }

  /**
   * Resolves when the coordinator has all current files. Coded error `run-folder`: something still writes to the
   * folder.
   */
  async whole(): Promise<void> {
    while (this.sending) await this.sending;
    this.wanted = true;
    if (!(await this.send()))
      throw new CodedError("run-folder", { folder: this.run.path, why: "its files change while they are handed in" });
    this.log();
    for (const line of this.pendingLines.splice(0)) this.options.teller.say({ is: "log", run: this.number, line });
  }

  /** @returns whether it succeeded: files that keep changing are uploaded with the next checkpoint */
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

  /** @returns whether the coordinator now has these files; false if they changed during the upload */
  private async sent(spool: string): Promise<boolean> {
    const { client, worker, lease, signal, teller } = this.options;
    try {
      const files = await linked(this.run.path, spool);
      if (!files) return false;
      // The log's checkpoint entries must arrive before the files.
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

/**
 * Links a run's current files to a spool folder; null if one is being written. Coded errors `no-space`, `run-folder`.
 */
async function linked(run: string, spool: string): Promise<readonly RunFile[] | null> {
  await rm(spool, { recursive: true, force: true });
  const found: RunFile[] = [];
  try {
    await mkdir(spool, { recursive: true });
    for (const path of await pathsOfRun(run)) {
      if (COORDINATOR_FILES.includes(path)) continue;
      const here = linkOf(spool, path);
      // Files deleted in the meantime are not uploaded.
      if (!(await linkOrCopy(join(run, path), here))) continue;
      const content = await contentHashOfFile(here);
      if (typeof content !== "object") return null;
      found.push({ path, ...content });
    }
  } catch (error) {
    throw toRunFolderError(error, spool);
  }
  return found;
}
const linkOf = (spool: string, path: string): string => join(spool, path.replaceAll("/", "__"));

/** Copies where the disk supports no links. @returns whether the file existed */
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
