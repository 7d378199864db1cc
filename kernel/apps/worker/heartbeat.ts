/**
 * Sends a worker's heartbeat from a separate thread, which a busy engine or a long read cannot block. It also detects
 * when the process that started the worker is gone, or when the coordinator no longer answers: it notifies the worker,
 * and kills it if it does not exit by itself.
 */
import { Worker } from "node:worker_threads";
import type { WorkerInstruction } from "../../remote/coordinator/protocol.js";

export interface HeartbeatOptions {
  readonly url: string;
  readonly token: string;
  readonly worker: string;
  /** Interval in milliseconds. */
  readonly beat: number;
  /** Milliseconds for which the coordinator may be unreachable. */
  readonly patience: number;
  /** The process that must exist; null: none. */
  readonly parent: number | null;
}
export type HeartbeatMessage =
  | { readonly answer: WorkerInstruction; readonly lease: string | null }
  /** The lease now belongs to another worker. */
  | { readonly lost: true; readonly lease: string | null }
  | { readonly gone: string };

export class Heartbeat {
  private readonly thread: Worker;

  constructor(options: HeartbeatOptions, on: (message: HeartbeatMessage) => void) {
    this.thread = new Worker(new URL("./heartbeat.worker.js", import.meta.url), { workerData: options });
    this.thread.on("message", on);
    this.thread.unref();
  }

  /** Sets the lease that the heartbeat renews from now on. */
  hold(lease: string | null): void {
    this.thread.postMessage(lease);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
