/**
 * That a worker is alive is told from a thread of its own, which no busy engine and no long reading of rows can keep from it.
 * It also sees when whoever started the worker is gone, and when nobody answers any more: the worker is told, and ended should
 * it not end by itself.
 */
import { Worker } from "node:worker_threads";
import type { WorkerInstruction } from "../../remote/coordinator/protocol.js";

export interface HeartbeatOptions {
  readonly url: string;
  readonly token: string;
  readonly worker: string;
  /** Milliseconds. */
  readonly beat: number;
  /** For which the coordinator may be away. */
  readonly patience: number;
  /** The process that must be there; null: none need be. */
  readonly parent: number | null;
}
export type HeartbeatMessage =
  | { readonly answer: WorkerInstruction; readonly lease: string | null }
  /** The lease is another's. */
  | { readonly lost: true; readonly lease: string | null }
  | { readonly gone: string };

export class Heartbeat {
  private readonly thread: Worker;

  constructor(options: HeartbeatOptions, on: (message: HeartbeatMessage) => void) {
    this.thread = new Worker(new URL("./heartbeat.worker.js", import.meta.url), { workerData: options });
    this.thread.on("message", on);
    this.thread.unref();
  }

  /** What it tells of from now on. */
  hold(lease: string | null): void {
    this.thread.postMessage(lease);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
