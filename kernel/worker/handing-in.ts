/**
 * Hands in what a run's folder holds whenever it has a new checkpoint, while the training goes on: files are linked beside
 * first, for the training takes older ones away. Of several that come while one is sent the last is sent.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { link, mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Client } from "../cluster/client.js";
import type { RunFile } from "../cluster/protocol.js";
import { filesOfRun } from "../cluster/run-files.js";
import { RunFolder } from "../artifacts/run-folder.js";
import type { Teller } from "./teller.js";

export interface HandingIn {
  readonly client: Pick<Client, "ask" | "put">;
  readonly worker: string;
  readonly lease: string;
  readonly teller: Teller;
  readonly signal: AbortSignal;
  /** A folder on the disk of the runs. */
  readonly beside: string;
  readonly onLost: (error: unknown) => void;
}

export class HandedRun {
  private readonly run: RunFolder;
  /** Bytes of its log that were told. */
  private told = 0;
  /** Lines from that on that says that it ended. */
  private readonly held: string[] = [];
  private wanted = false;
  private sending: Promise<void> | null = null;

  /** `known`: bytes of its log that the coordinator has. */
  constructor(
    readonly number: number,
    folder: string,
    private readonly o: HandingIn,
    known = 0,
  ) {
    this.run = RunFolder.open(folder);
    this.told = known;
  }

  get id(): string {
    return basename(this.run.path);
  }

  /** Tells what was added to its log. That it ended is told last: whoever reads it may take the files for those of the end. */
  log(): void {
    if (!existsSync(this.run.eventsFile)) return;
    const file = openSync(this.run.eventsFile, "r");
    try {
      const more = Buffer.alloc(Math.max(0, fstatSync(file).size - this.told));
      const had = readSync(file, more, 0, more.length, this.told);
      // What is torn is read once it is whole.
      const end = more.subarray(0, had).lastIndexOf(10) + 1;
      this.told += end;
      for (const line of more.subarray(0, end).toString("utf8").split("\n")) this.line(line);
    } finally {
      closeSync(file);
    }
  }

  private line(line: string): void {
    if (line === "") return;
    if (this.held.length > 0 || line.includes('"kind":"stopped"')) this.held.push(line);
    else this.o.teller.say({ is: "log", run: this.number, line });
  }

  /** Its files are sent, soon. */
  handIn(): void {
    this.wanted = true;
    this.sending ??= this.send()
      .catch((error: unknown) => this.o.onLost(error))
      .finally(() => (this.sending = null));
  }

  /** When the coordinator has all that it holds now. */
  async whole(): Promise<void> {
    await this.sending;
    this.wanted = true;
    await this.send();
    this.log();
    for (const line of this.held.splice(0)) this.o.teller.say({ is: "log", run: this.number, line });
  }

  private async send(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      const spool = join(this.o.beside, `${this.id}-${String(this.number)}`);
      await rm(spool, { recursive: true, force: true });
      await mkdir(spool, { recursive: true });
      try {
        await this.sendFrom(spool);
      } finally {
        await rm(spool, { recursive: true, force: true });
      }
    }
  }

  private async sendFrom(spool: string): Promise<void> {
    const { client, worker, lease, signal, teller } = this.o;
    const files: RunFile[] = [];
    for (const file of await filesOfRun(this.run.path)) {
      const there = await link(join(this.run.path, file.path), join(spool, file.hash)).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code === "EEXIST",
      );
      if (there) files.push(file);
    }
    // The log says of a checkpoint what the folder is to have.
    this.log();
    await teller.flush();
    for (;;) {
      const { lacks } = await client.ask("holds", { worker, lease, run: this.number, files }, signal);
      if (lacks.length === 0) return;
      for (const hash of lacks) {
        const file = files.find((one) => one.hash === hash);
        if (file) await client.put(lease, file, join(spool, hash), signal);
      }
    }
  }
}
