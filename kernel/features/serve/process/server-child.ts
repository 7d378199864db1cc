/**
 * A server in a child process, seen from the parent. It is in another process group, so Ctrl-C reaches the notebook
 * only; it ends with this process, whose end closes the channel.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { makePrivateFolder } from "../../../fetch/private.js";
import { readRegularFile } from "../../../runs/read-events.js";
import type { HttpLoad } from "../contract.js";
import {
  deserializeError,
  parseServerReport,
  type ServerCommand,
  type ServerReport,
  type ServeSpec,
  type ServedModelFacts,
} from "../server/protocol.js";

const program = fileURLToPath(new URL("./main.js", import.meta.url));
/** Bytes of a log from which it is rotated. */
const LONG = 8 * 2 ** 20;
/** Log lines quoted if it ended unexpectedly. */
const LINES = 5;
/** Additional ms for the process, on top of the time for requests. */
const LATE = 10_000;

export interface ListeningServer {
  readonly url: string;
  readonly port: number;
  readonly models: readonly ServedModelFacts[];
}
export type ServerLoadReport = Extract<ServerReport, { is: "load" }>;
/** How it ended: by request, with the number of aborted requests; or unexpectedly, with the reason. */
export type ServerChildEnd = { readonly cut: number } | { readonly died: string };

export interface ServerChildOptions {
  readonly serve: ServeSpec;
  readonly name: string;
  readonly log: string;
  /** Environment variables that it does not get. */
  readonly without: readonly string[];
  readonly signal?: AbortSignal;
}

export class ServerChild {
  readonly ended: Promise<ServerChildEnd>;
  /** Called every second while it serves. */
  onLoad: (load: ServerLoadReport) => void = () => undefined;
  private readonly child: ChildProcess;
  /** Offset of its own log in the file. */
  private readonly began: number;
  private readonly pending = new Map<number, { resolve(answer: ServerReport): void; reject(error: Error): void }>();
  private next = 1;
  private cut: number | null = null;
  private failed: CodedError | null = null;

  private constructor(private readonly options: ServerChildOptions) {
    this.began = prepared(options.log);
    this.child = spawned(options);
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve({ died: `it could not be started: ${error.message}` }));
      this.child.once("exit", (status, signal) => {
        if (this.cut !== null) return resolve({ cut: this.cut });
        resolve({ died: signal === null ? `its exit status is ${String(status)}` : `${signal} ended it` });
      });
    });
    void this.ended.then(() => {
      for (const { reject } of this.pending.values()) reject(this.over());
      this.pending.clear();
    });
  }

  /** Coded errors of opening and listening; `desk-died`. Aborting `signal` ends the process. */
  static async start(
    settings: ServerChildOptions,
  ): Promise<{ readonly child: ServerChild; readonly listening: ListeningServer }> {
    const child = new ServerChild(settings);
    const end = (): void => child.kill();
    settings.signal?.addEventListener("abort", end, { once: true });
    if (settings.signal?.aborted) end();
    try {
      const ready = await child.listening();
      child.waitedFor(false);
      return { child, listening: ready };
    } catch (error) {
      settings.signal?.throwIfAborted();
      throw error;
    } finally {
      settings.signal?.removeEventListener("abort", end);
    }
  }

  /** The notebook's process may exit while the server runs, but not while it starts or handles a command. */
  private waitedFor(is: boolean): void {
    const way = is ? "ref" : "unref";
    this.child[way]();
    this.child.channel?.[way]();
  }

  get process(): number {
    return this.child.pid ?? -1;
  }

  private listening(): Promise<ListeningServer> {
    return new Promise((resolve, reject) => {
      this.child.on("message", (message) => {
        const report = parseServerReport(message);
        if (report?.is === "listening") resolve(report);
        else if (report) this.hear(report);
      });
      void this.ended.then((ended) =>
        reject(this.failed ?? this.died("died" in ended ? ended.died : "it was stopped by request")),
      );
      this.tell({ is: "open", serve: this.options.serve });
    });
  }

  private hear(report: Exclude<ServerReport, { is: "listening" }>): void {
    if (report.is === "load" && report.id === null) this.onLoad(report);
    else if (report.is === "ended") this.cut = report.cut;
    else if (report.is === "failed" && report.id === null) this.failed = deserializeError(report.failure);
    else {
      const request = this.pending.get(report.id ?? 0);
      this.pending.delete(report.id ?? 0);
      if (report.is === "failed") request?.reject(deserializeError(report.failure));
      else request?.resolve(report);
    }
  }

  /** Coded errors of opening, and `desk-died`. */
  async replace(name: string, folder: string): Promise<void> {
    await this.answer((id) => ({ is: "replace", id, name, folder }));
  }
  async load(): Promise<HttpLoad> {
    const reply = await this.answer((id) => ({ is: "tell", id }));
    if (reply.is !== "load")
      throw new CodedError("desk-failed", { why: `it sent ${reply.is} where its load was requested` });
    return reply.load;
  }
  private async answer(order: (id: number) => ServerCommand): Promise<ServerReport> {
    if (!this.child.connected) throw this.over();
    this.waitedFor(true);
    try {
      return await new Promise((resolve, reject) => {
        const id = this.next++;
        this.pending.set(id, { resolve, reject });
        this.tell(order(id));
      });
    } finally {
      if (this.pending.size === 0) this.waitedFor(false);
    }
  }

  /** Shuts down gracefully; requests without a response after `grace` ms are aborted. */
  async stop(grace: number): Promise<ServerChildEnd> {
    this.waitedFor(true);
    this.tell({ is: "stop", grace });
    const late = setTimeout(() => this.kill(), grace + LATE).unref();
    const ended = await this.ended;
    clearTimeout(late);
    return ended;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** The error if it ended unexpectedly. */
  died(how: string): CodedError<"desk-died"> {
    return new CodedError("desk-died", { name: this.options.name, how, log: this.lastLines() });
  }
  /** Output that is not a log line, such as a runtime's message before it crashes. */
  private lastLines(): readonly string[] {
    const lines = (readRegularFile(this.options.log, 2 * LONG) ?? "").slice(this.began).split("\n");
    return lines.filter((line) => line.trim() !== "" && !line.startsWith("{")).slice(-LINES);
  }
  private over(): CodedError {
    return new CodedError("desk-over", { name: this.options.name });
  }

  private tell(order: ServerCommand): void {
    // A dead process is reported by its exit event.
    if (this.child.connected) this.child.send(order, () => undefined);
  }
}

function prepared(log: string): number {
  makePrivateFolder(dirname(log));
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LONG) return size;
  renameSync(log, `${log}.1`);
  return 0;
}

function spawned({ log, without }: ServerChildOptions): ChildProcess {
  const fd = openSync(log, "a", 0o600);
  const hidden = new Set(without);
  try {
    const child = spawn(process.execPath, [program], {
      stdio: ["ignore", fd, fd, "ipc"],
      detached: process.platform !== "win32",
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.has(name))),
        NODE_OPTIONS: "",
      },
    });
    return child;
  } finally {
    closeSync(fd);
  }
}
