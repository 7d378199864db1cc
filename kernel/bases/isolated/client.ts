/**
 * Client of the sandbox process, which is started on first use and shared by all tokenizers and templates. It is killed
 * when a request takes too long or nothing waits for it any more, and restarted afterwards. Requests run one by one, so
 * that the one that killed it is known; the others go to the next process. Its cost: `node dist/bench/apart.js`.
 */
import { fork, type ChildProcess } from "node:child_process";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import {
  OUT_OF_MEMORY_MESSAGE,
  type SandboxRequestName,
  type SandboxRequests,
  type SandboxReply,
  type SandboxRequest,
} from "./protocol.js";

export interface SandboxLimits {
  /** Seconds for one request, and the characters that add a further second each. */
  readonly seconds: number;
  readonly charactersPerSecond: number;
  /** Bytes that a request may use in addition to those already in use, and per character of the request. */
  readonly bytes: number;
  readonly bytesPerCharacter: number;
}
/** Far above the needs of normal files: a thousand short texts take hundredths of a second and some megabytes. */
const usual: SandboxLimits = {
  seconds: 30,
  charactersPerSecond: 50_000,
  bytes: Math.min(2 ** 31, totalmem() / 3),
  bytesPerCharacter: 2048,
};

interface Job {
  readonly request: SandboxRequest;
  readonly seconds: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Requests with more characters than this go to the second process if there is one, as others would wait for them. */
const LONG_CALL = 65_536;

/**
 * Ms that a running request continues when nothing waits for it: most end before, and a new process takes as long to
 * start.
 */
const AFTER_ALL = 500;

/** Reason why a request has no answer. */
export class SandboxError extends Error {}

export class TokenizerSandbox {
  private child: ChildProcess | null = null;
  private words = "";
  private readonly jobs: Job[] = [];
  private timer: NodeJS.Timeout | undefined;
  private late = false;
  private aside: TokenizerSandbox | null = null;

  constructor(private readonly limits: SandboxLimits = usual) {}

  /**
   * Sends long requests to a second process from now on, which starts with the first of them, so that short ones need
   * not wait.
   */
  divide(): void {
    this.aside ??= new TokenizerSandbox(this.limits);
  }

  /**
   * `characters`: size of the request, with which the limits grow. Rejects with `SandboxError`, or with the signal's
   * reason.
   */
  ask<N extends SandboxRequestName>(
    name: N,
    ask: SandboxRequests[N]["ask"],
    characters: number,
    signal?: AbortSignal,
  ): Promise<SandboxRequests[N]["answer"]> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    // A tokenizer is always opened in the first process.
    if (this.aside && characters > LONG_CALL && name !== "open") return this.aside.ask(name, ask, characters, signal);
    const { seconds, charactersPerSecond, bytes, bytesPerCharacter } = this.limits;
    const request = { name, ask, bytes: bytes + characters * bytesPerCharacter } as SandboxRequest;
    return new Promise((resolve, reject) => {
      const over = (): void => signal?.removeEventListener("abort", gone);
      const job: Job = {
        request,
        seconds: seconds + characters / charactersPerSecond,
        resolve: (answer) => (over(), resolve(answer as SandboxRequests[N]["answer"])),
        reject: (error) => (over(), reject(error)),
      };
      const gone = (): void => this.drop(job, signal?.reason as Error);
      signal?.addEventListener("abort", gone);
      this.jobs.push(job);
      if (this.jobs.length === 1) this.next();
    });
  }

  /** Drops a waiting request; a running one is killed with its process if it takes long. */
  private drop(job: Job, reason: Error): void {
    job.reject(reason);
    const jobIndex = this.jobs.indexOf(job);
    if (jobIndex > 0) this.jobs.splice(jobIndex, 1);
    if (jobIndex !== 0) return;
    const late = setTimeout(() => {
      if (this.jobs[0] !== job) return;
      this.late = true;
      this.child?.kill("SIGKILL");
    }, AFTER_ALL);
    late.unref();
  }

  /** Starts the process in advance of the first request. */
  warm(): void {
    this.child ??= this.started();
    hold(this.child, this.jobs.length > 0);
  }

  /** Id of the process while it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  close(): void {
    this.aside?.close();
    this.child?.kill("SIGKILL");
  }

  private next(): void {
    const job = this.jobs[0];
    hold(this.child, job !== undefined);
    if (!job) return;
    const child = (this.child ??= this.started());
    this.timer = setTimeout(() => {
      this.late = true;
      child.kill("SIGKILL");
    }, job.seconds * 1000);
    // A broken channel means that the process is ending; its exit has the reason.
    child.send(job.request, () => undefined);
  }

  private settle(tell: (job: Job) => void): void {
    clearTimeout(this.timer);
    const job = this.jobs.shift();
    if (job) tell(job);
    this.next();
  }

  private started(): ChildProcess {
    const child = fork(fileURLToPath(new URL("./main.js", import.meta.url)), [], {
      serialization: "advanced",
      env: withoutSecrets(process.env),
      execArgv: ["--max-old-space-size=1536"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A process group of its own: Ctrl-C in a terminal reaches the client only.
      detached: process.platform !== "win32",
    });
    this.words = "";
    this.late = false;
    const end = (): void => void child.kill("SIGKILL");
    process.once("exit", end);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.words = (this.words + text).slice(-8000);
    });
    child.on("message", (reply: SandboxReply) => {
      // The process is being killed: a late reply must not settle the next request.
      if (this.late) return;
      if ("failed" in reply) this.settle(({ reject }) => reject(new SandboxError(reply.failed)));
      else this.settle(({ resolve }) => resolve(reply.answer));
    });
    const ended = (why: () => string): void => {
      if (this.child !== child) return;
      process.removeListener("exit", end);
      this.child = null;
      const failure = new SandboxError(why());
      this.settle(({ reject }) => reject(failure));
    };
    child.once("close", (exit, signal) => ended(() => this.reasonOf(exit, signal)));
    child.once("error", (error) => ended(() => `no process could be started for it: ${error.message}`));
    return child;
  }

  private reasonOf(exit: number | null, signal: NodeJS.Signals | null): string {
    if (this.late) return `it took more than ${String(this.jobs[0]?.seconds.toFixed(0) ?? "")} s`;
    if (this.words.includes(OUT_OF_MEMORY_MESSAGE) || /heap out of memory|memory allocation|bad_alloc/.test(this.words))
      return "it took more memory than allowed";
    const panic = /panicked at [^\n]*\n([^\n]*)/.exec(this.words)?.[1];
    const way = signal === null ? `exit status ${String(exit)}` : `signal ${signal}`;
    return `the library that runs it ended its process (${way}${panic === undefined ? "" : `: ${panic.slice(0, 200)}`})`;
  }
}

let shared: TokenizerSandbox | undefined;
export function sharedTokenizerSandbox(): TokenizerSandbox {
  return (shared ??= new TokenizerSandbox());
}

/** Lets the client's process exit while no request is running. */
function hold(child: ChildProcess | null, on: boolean): void {
  const stderr = child?.stderr as { ref?(): void; unref?(): void } | null | undefined;
  for (const one of [child, child?.channel, stderr]) {
    if (on) one?.ref?.();
    else one?.unref?.();
  }
}

/** The sandbox needs no credentials. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const remaining = Object.entries(env).filter(
    ([name]) => !/(TOKEN|SECRET|PASSWORD|CREDENTIALS?|KEY)$|^NODE_OPTIONS$/i.test(name),
  );
  return { ...Object.fromEntries(remaining), RUST_BACKTRACE: "0" };
}
