/** The main thread's side of the assistant's worker: compiles cells and files there, and opens ports for others to ask it. */
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { CodedError } from "#dsl/check/codes.js";
import "./codes.js";
import type { Conversion } from "./compile/converter.js";
import type { TuneKnowledge } from "./interpreter.js";

/** What only the main thread may ask. */
export interface CompilerMethods {
  readonly convert: { params: { readonly code: string }; result: Conversion & { readonly hint?: string } };
  readonly commit: { params: Record<string, never>; result: null };
  readonly compileFile: { params: { readonly path: string; readonly text: string }; result: Conversion };
  readonly tuneNames: { params: { readonly names: readonly (readonly [string, string])[] }; result: null };
  readonly tuneKnowledge: { params: TuneKnowledge; result: null };
}
export type CompilerMethod = keyof CompilerMethods;
export interface AssistantData {
  readonly folder: string;
  /** Folder of all runs. */
  readonly runs: string;
  readonly declarations: string;
}
interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class AssistantClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private ids = 0;
  private stopped: string | undefined;

  constructor(data: AssistantData) {
    this.worker = new Worker(new URL("assistant.worker.js", import.meta.url), { workerData: data, name: "assistant" });
    this.worker.unref();
    this.worker.on(
      "message",
      ({ id, result, error }: { id: number; result?: unknown; error?: { message: string } }) => {
        const waiting = this.waiting.get(id);
        this.waiting.delete(id);
        if (this.waiting.size === 0) this.worker.unref();
        if (error) waiting?.reject(new CodedError("assistant-stopped", { why: error.message }));
        else waiting?.resolve(result);
      },
    );
    this.worker.on("error", (error) => this.fail(String(error instanceof Error ? error.message : error)));
    this.worker.on("exit", (code) => this.fail(`it ended with status ${code}`));
  }

  ask<M extends CompilerMethod>(
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
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage({ connect: port1 }, [port1]);
    return port2;
  }
  async dispose(): Promise<void> {
    this.stopped ??= "the kernel is shutting down";
    await this.worker.terminate();
  }
  private fail(why: string): void {
    this.stopped ??= why;
    for (const { reject } of this.waiting.values()) reject(new CodedError("assistant-stopped", { why: this.stopped }));
    this.waiting.clear();
  }
}
