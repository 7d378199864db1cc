/**
 * Client of a host process: sends requests, matches replies, and turns the process's end into a coded error for every
 * waiting call. Output of native code goes neither into the protocol (a separate channel) nor into the notebook.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CodedError, codeEntryOf, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { EngineName } from "../engine.js";
import type { HostCallName, HostCalls, HostFailure, HostReply } from "./protocol.js";

interface Pending {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export class HostClient {
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private readonly ended: Promise<void>;
  private last = 0;
  private closing = false;
  private failure: CodedError | null = null;
  private words = "";
  /** Rejects when the process ends without a request; never settles otherwise. */
  readonly died: Promise<never>;

  constructor(
    private readonly engine: EngineName,
    env: NodeJS.ProcessEnv,
  ) {
    this.child = fork(fileURLToPath(new URL("./main.js", import.meta.url)), [], {
      serialization: "advanced",
      env,
      // Memory of base weights that are read and rounded is freed during loading, instead of when the heap happens to
      // be full.
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A separate process group: Ctrl-C in a terminal reaches the client only.
      detached: process.platform !== "win32",
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.words = (this.words + text).slice(-4000);
    });
    this.child.on("message", (reply: HostReply) => this.settle(reply));
    let tellDeath: (e: CodedError) => void;
    this.died = new Promise<never>((_, reject) => (tellDeath = reject));
    this.died.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      this.child.once("exit", (exit, signal) => {
        const error = this.closing ? new CodedError("engine-closed", { engine }) : this.deathOf(exit, signal);
        this.failure = error;
        if (!this.closing) tellDeath(error);
        for (const { reject } of this.pending.values()) reject(error);
        this.pending.clear();
        resolve();
      });
      this.child.once("error", (e) => {
        // The process could not be started.
        this.failure ??= new CodedError("engine-unavailable", { engine, why: e.message }, { cause: e });
        for (const { reject } of this.pending.values()) reject(this.failure);
        this.pending.clear();
        resolve();
      });
    });
    this.hold(false);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  call<N extends HostCallName>(call: N, ask: HostCalls[N]["ask"]): Promise<HostCalls[N]["answer"]> {
    if (this.failure || this.closing)
      return Promise.reject(this.failure ?? new CodedError("engine-closed", { engine: this.engine }));
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.hold(true);
      this.child.send({ id, call, ask }, (e) => {
        // A broken channel means that the process is ending; its exit tells the reason.
        if (e && !this.child.connected && this.failure) this.settle({ id, failed: failureOf(e) });
      });
    });
  }

  /** Ends the process after the current request. */
  async close(): Promise<void> {
    if (!this.failure && !this.closing) {
      const closing = this.call("close", {});
      this.closing = true;
      await closing.catch(() => undefined);
      setTimeout(() => this.child.kill("SIGKILL"), 5000).unref();
    }
    this.child.ref();
    await this.ended;
  }

  /** Lets the caller's process end while no request is running, even if the engine was not closed. */
  private hold(on: boolean): void {
    const channel = this.child.channel;
    const stderr = this.child.stderr as { ref?(): void; unref?(): void } | null;
    if (on) {
      this.child.ref();
      channel?.ref();
    } else {
      this.child.unref();
      channel?.unref();
      stderr?.unref?.();
    }
  }

  private settle(reply: HostReply): void {
    const waiting = this.pending.get(reply.id);
    if (!waiting) return;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.hold(false);
    if ("failed" in reply) waiting.reject(this.errorOf(reply.failed));
    else waiting.resolve(reply.answer);
  }

  private errorOf(failed: HostFailure): Error {
    const known = failed.code !== null && codeEntryOf(failed.code) !== undefined;
    const error = known
      ? new CodedError(failed.code as Code, failed.data as CodeData[Code])
      : new CodedError("engine-failed", { engine: this.engine, why: failed.message });
    error.cause = Object.assign(new Error(failed.message), { stack: failed.stack });
    return error;
  }

  private deathOf(exit: number | null, signal: NodeJS.Signals | null): CodedError {
    // The operating system's out-of-memory killer sends SIGKILL; a failed allocation aborts.
    const memory = signal === "SIGKILL" || /bad_alloc|out of memory|OOM|Cannot allocate memory/i.test(this.words);
    return new CodedError("engine-died", { engine: this.engine, signal, exit, memory }, { cause: this.words });
  }
}

function failureOf(e: Error): HostFailure {
  return { code: null, data: null, message: e.message, stack: e.stack ?? "" };
}
