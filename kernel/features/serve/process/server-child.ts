/**
 * A server in a process of its own, from the side of who started it. It is in no process group of ours, so Ctrl-C reaches the
 * notebook alone; it ends with this process, whose end closes its channel.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { makePrivateFolder } from "../../../fetch/private.js";
import { readRegularFile } from "../../../runs/read-regular.js";
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
/** Bytes of a log that is put aside for a new one. */
const LONG = 8 * 2 ** 20;
/** Lines of it that are told of one that ended by itself. */
const LINES = 5;
/** Ms that the process has beside what requests have. */
const LATE = 10_000;

export interface ListeningServer {
  readonly url: string;
  readonly port: number;
  readonly models: readonly ServedModelFacts[];
}
export type LoadReport = Extract<ServerReport, { is: "load" }>;
/** How it ended: asked to, with so many requests that had no answer; or by itself, in words. */
export type ServerChildEnd = { readonly cut: number } | { readonly died: string };

export interface ServerChildOptions {
  readonly serve: ServeSpec;
  /** As the notebook calls it. */
  readonly name: string;
  /** File that the log is added to. */
  readonly log: string;
  /** Variables of the environment that it isn't given. */
  readonly without: readonly string[];
  readonly signal?: AbortSignal;
}

export class ServerChild {
  readonly ended: Promise<ServerChildEnd>;
  /** Called every second while it serves. */
  onLoad: (load: LoadReport) => void = () => undefined;
  private readonly child: ChildProcess;
  /** Where its own log begins. */
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

  /** Coded errors of opening and listening; `desk-died`. What `signal` aborts is ended. */
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

  /** The notebook's process may end while it serves, and not while it begins or is asked. */
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
        reject(this.failed ?? this.died("died" in ended ? ended.died : "it was told to end")),
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
  /** How it stands now. Coded error `desk-over`. */
  async load(): Promise<HttpLoad> {
    const reply = await this.answer((id) => ({ is: "tell", id }));
    if (reply.is !== "load")
      throw new CodedError("desk-failed", { why: `it said ${reply.is} where its load was asked for` });
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

  /** In good order; what has no answer after `grace` ms has none. */
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

  /** What is told of one that ended by itself. */
  died(how: string): CodedError<"desk-died"> {
    return new CodedError("desk-died", { name: this.options.name, how, log: this.lastLines() });
  }
  /** What it printed that is no line of its log: what a runtime says that ends a process. */
  private lastLines(): readonly string[] {
    const lines = (readRegularFile(this.options.log, 2 * LONG) ?? "").slice(this.began).split("\n");
    return lines.filter((line) => line.trim() !== "" && !line.startsWith("{")).slice(-LINES);
  }
  private over(): CodedError {
    return new CodedError("desk-over", { name: this.options.name });
  }

  private tell(order: ServerCommand): void {
    // One that has gone is told by its end.
    if (this.child.connected) this.child.send(order, () => undefined);
  }
}

/** How long the log is already. */
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
