/**
 * A third-party runtime in a separate process, so that native code may crash or print there. Requests are processed one
 * by one. The process ends when it is closed, when its parent is gone, or after too long a silence.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { GraphFile, GraphName, DeploymentResult } from "#stdlib/targets/kind.js";
import type { PredictionInput as Text } from "../../data/encoding/encoded.js";
import type { OpenedModel, RuntimePrompt, RuntimeCallOptions, TextTokens, GeneratedText } from "../runtime.js";

export interface RuntimeOpenRequest {
  readonly place: string;
  readonly graphs: NonNullable<DeploymentResult["graphs"]>;
  /** Runtime-specific path of a library. */
  readonly library?: string;
  /** Folder of an adapter's base. */
  readonly base?: string;
}
export interface GraphRequest extends RuntimeCallOptions {
  readonly graph: GraphName;
  readonly feeds: Readonly<Record<string, NDArray>>;
  readonly wanted: readonly string[];
}
export interface TextRequest {
  readonly prompt: RuntimePrompt;
  readonly most: number;
  readonly expected?: readonly number[] | undefined;
}
export interface TokenizationRequest {
  readonly texts: readonly Text[];
}
export type RuntimeRequest = GraphRequest | TextRequest | TokenizationRequest;
/** The first reply reports the runtime's version, and whether it has its own tokenizer. */
export type RuntimeReply =
  | { readonly version: string; readonly reads?: true }
  | { readonly read: readonly TextTokens[] }
  | { readonly outputs: Readonly<Record<string, NDArray>> }
  | { readonly written: GeneratedText }
  | { readonly failed: string };

interface Waiting {
  resolve(answer: RuntimeReply): void;
  reject(error: Error): void;
}

function patience(): number {
  const given = Number(process.env["TUNEBOOK_RUNTIME_SECONDS"]);
  return given > 0 ? Math.min(given, 1e6) : 600;
}

export function runtimeOpenArgument(opening: RuntimeOpenRequest): string {
  return JSON.stringify({ ...opening, parent: process.pid });
}

/** `main`: the process's file, in this folder. A deployment without graphs receives texts. */
export async function openRuntimeProcess(
  main: string,
  title: string,
  opening: RuntimeOpenRequest,
  env: NodeJS.ProcessEnv = {},
): Promise<OpenedModel> {
  const child = fork(fileURLToPath(new URL(main, import.meta.url)), [runtimeOpenArgument(opening)], {
    serialization: "advanced",
    env: { ...process.env, ...env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: process.platform !== "win32",
  });
  // A broken channel means that the process is ending; its exit is reported.
  const apart = new RuntimeProcess(title, child, (request) => child.send(request, () => undefined));
  child.on("message", (answer: RuntimeReply) => apart.hear(answer));
  return openedModelOf(apart, opening);
}

/** Resolves after the process reported its version. */
export async function openedModelOf(apart: RuntimeProcess, { graphs }: RuntimeOpenRequest): Promise<OpenedModel> {
  const answer = await apart.next().catch(async (error: unknown) => {
    await apart.close();
    throw error;
  });
  const version = "version" in answer ? answer.version : "";
  const close = (): Promise<void> => apart.close();
  if (Object.keys(graphs).length === 0)
    return {
      version,
      async write(prompt, most, expected) {
        const reply = await apart.ask({ prompt, most, ...(expected && { expected }) });
        return "written" in reply ? reply.written : { text: "", tokens: [] };
      },
      ended: apart.ended,
      close,
    };
  return {
    version,
    async run(graph, feeds, wanted = Object.keys(graphNamed(graphs, graph).outputs), staying = {}) {
      const reply = await apart.ask({ graph, feeds, wanted, ...staying });
      return "outputs" in reply ? { ...reply.outputs } : {};
    },
    ...("reads" in answer && {
      async reads(texts: readonly Text[]) {
        const reply = await apart.ask({ texts });
        return "read" in reply ? reply.read : [];
      },
    }),
    ended: apart.ended,
    close,
  };
}

export function graphNamed(graphs: RuntimeOpenRequest["graphs"], name: GraphName): GraphFile {
  const graph = graphs[name];
  if (!graph) throw new CodedError("internal", { what: `the deployment has no graph ${name}` });
  return graph;
}

export class RuntimeProcess {
  private readonly waiting: Waiting[] = [];
  readonly ended: Promise<void>;
  private failure: CodedError | null = null;
  private words = "";
  private readonly patience = patience();
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly title: string,
    private readonly child: ChildProcess,
    private readonly send: (request: RuntimeRequest) => unknown,
  ) {
    const end = (): void => void child.kill("SIGKILL");
    process.once("exit", end);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.words = (this.words + text).slice(-4000);
    });
    this.ended = new Promise((resolve) => {
      const ended = (why: string): void => {
        process.removeListener("exit", end);
        clearTimeout(this.silence);
        this.failure ??= this.error(why);
        for (const { reject } of this.waiting.splice(0)) reject(this.failure);
        resolve();
      };
      child.once("close", (exit, signal) =>
        ended(`its process ended (${signal ?? `exit status ${String(exit)}`})${this.lastWords()}`),
      );
      child.once("error", (error) => ended(error.message));
    });
  }

  hear(answer: RuntimeReply): void {
    const next = this.waiting.shift();
    if ("failed" in answer) next?.reject(this.error(answer.failed));
    else next?.resolve(answer);
    this.wait();
  }

  /** Restarts the timeout: every request must be answered in time, including the time of those before it. */
  private wait(): void {
    clearTimeout(this.silence);
    if (this.waiting.length === 0) return;
    this.silence = setTimeout(() => {
      this.failure ??= new CodedError("runtime-silent", { runtime: this.title, seconds: this.patience });
      this.child.kill("SIGKILL");
    }, 1000 * this.patience);
  }

  next(): Promise<RuntimeReply> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ resolve, reject }) === 1) this.wait();
    });
  }

  ask(request: RuntimeRequest): Promise<RuntimeReply> {
    const answer = this.next();
    if (!this.failure) this.send(request);
    return answer;
  }

  async close(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  private lastWords(): string {
    const last = this.words.trim().split("\n").at(-1) ?? "";
    return last === "" ? "" : `: ${last.slice(0, 300)}`;
  }

  private error(why: string): CodedError {
    return new CodedError("runtime-failed", { runtime: this.title, why }, { cause: this.words });
  }
}
