/** Main-thread client of the assistant's worker: compiles cells and files there, and opens ports for other clients. */
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { CodedError, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import type { Conversion, DeclaredState } from "./compile/converter.js";
import type { EarlierTuneCellsFacts } from "../../../assist/answers.js";

/** Methods only for the main thread. */
export interface CompilerMethods {
  readonly convert: { params: { readonly code: string }; result: Conversion & { readonly hint?: string } };
  readonly commit: { params: Record<string, never>; result: DeclaredState };
  readonly compileFile: { params: { readonly path: string; readonly text: string }; result: Conversion };
  readonly tuneNames: { params: { readonly names: readonly (readonly [string, string])[] }; result: null };
  readonly tuneKnowledge: { params: EarlierTuneCellsFacts; result: null };
}
export type CompilerMethod = keyof CompilerMethods;
export interface AssistantStartData {
  readonly folder: string;
  /** Folder of all runs. */
  readonly runs: string;
  readonly declarations: string;
  /** Earlier cells' declarations, if this thread replaces one that ended. */
  readonly declared?: DeclaredState;
}
interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}
interface Failure {
  readonly message: string;
  readonly code?: Code;
  readonly data?: CodeData[Code];
}

export class AssistantClient {
  private worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly takers: ((port: MessagePort) => void)[] = [];
  /** State to pass to a new thread when this one ends. */
  private declared: DeclaredState | undefined;
  private readonly tune: { names?: CompilerMethods["tuneNames"]["params"]; knowledge: EarlierTuneCellsFacts } = {
    knowledge: {},
  };
  /** Latest facts that cells needed; evicted ones are determined again. */
  private readonly facts = new LRUCache<string, { readonly fact: unknown }>({ max: 500 });
  private ids = 0;
  private answered = false;
  private stopped: string | undefined;

  constructor(private readonly data: AssistantStartData) {
    this.worker = this.start();
  }

  async ask<M extends CompilerMethod>(
    method: M,
    params: CompilerMethods[M]["params"],
  ): Promise<CompilerMethods[M]["result"]> {
    this.note(method, params);
    const result = await this.send(method, params);
    if (method === "commit") this.declared = result as DeclaredState;
    return result;
  }
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage({ connect: port1 }, [port1]);
    return port2;
  }
  /** Calls `take` with a port to each thread that replaces one that ended. */
  onRestart(take: (port: MessagePort) => void): void {
    this.takers.push(take);
  }
  async dispose(): Promise<void> {
    this.stopped ??= "the kernel is shutting down";
    await this.worker.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL("assistant.worker.js", import.meta.url), {
      workerData: { ...this.data, ...(this.declared && { declared: this.declared }) } satisfies AssistantStartData,
      name: "assistant",
    });
    worker.unref();
    worker.on("message", ({ id, result, error }: { id: number; result?: unknown; error?: Failure }) => {
      this.answered = true;
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (this.waiting.size === 0) this.worker.unref();
      if (error) waiting?.reject(errorOf(error));
      else waiting?.resolve(result);
    });
    let ended = false;
    const end = (why: string): void => {
      if (!ended) this.ended(why);
      ended = true;
    };
    worker.on("error", (error) => end(String(error instanceof Error ? error.message : error)));
    worker.on("exit", (code) => end(`it ended with status ${code}`));
    return worker;
  }
  private send<M extends CompilerMethod>(
    method: M,
    params: CompilerMethods[M]["params"],
  ): Promise<CompilerMethods[M]["result"]> {
    if (this.stopped !== undefined) return Promise.reject(new CodedError("assistant-stopped", { why: this.stopped }));
    const id = ++this.ids;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker.ref();
      this.worker.postMessage({ id, method, params });
    });
  }
  /** Saves state that a new thread will need. */
  private note<M extends CompilerMethod>(method: M, params: CompilerMethods[M]["params"]): void {
    if (method === "tuneNames") this.tune.names = params as CompilerMethods["tuneNames"]["params"];
    if (method !== "tuneKnowledge") return;
    const { sources, words, facts = [] } = params as EarlierTuneCellsFacts;
    this.tune.knowledge = {
      ...this.tune.knowledge,
      ...(sources && { sources }),
      ...(words && { words }),
    };
    for (const [key, fact] of facts) this.facts.set(key, { fact });
  }
  /** Saved facts, the newest last. */
  private remembered(): readonly (readonly [string, unknown])[] {
    return Array.from(this.facts.entries(), ([key, { fact }]) => [key, fact] as const).reverse();
  }
  /** Handles the thread's end: pending requests fail, and another thread is started unless this one never answered. */
  private ended(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new CodedError("assistant-stopped", { why }));
    this.waiting.clear();
    if (!this.answered) this.stopped ??= why;
    if (this.stopped !== undefined) return;
    this.answered = false;
    this.worker = this.start();
    const { names, knowledge } = this.tune;
    const resent = [
      ...(names ? [this.send("tuneNames", names)] : []),
      this.send("tuneKnowledge", { ...knowledge, facts: this.remembered() }),
    ];
    for (const one of resent) one.catch(() => undefined);
    for (const take of this.takers) take(this.port());
  }
}

function errorOf({ message, code, data }: Failure): Error {
  return code === undefined || data === undefined
    ? new CodedError("compiler-failed", { why: message })
    : new CodedError(code, data);
}
