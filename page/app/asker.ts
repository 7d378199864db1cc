/**
 * The window's side of the worker: sends a request and receives one response. The worker's script and data are embedded
 * in the page, so nothing is fetched.
 */
import type { PageWorkerMethodName, PageWorkerMethods, PageWorkerReply } from "../world/protocol.js";

export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (result: unknown) => void; failed: (error: Error) => void }>();
  #next = 0;

  constructor(script: string, onError: (message: string) => void) {
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(address);
    this.#worker.onmessage = ({ data }: { data: PageWorkerReply }) => {
      const pending = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("error" in data) {
        onError(data.error);
        pending?.failed(new Error(data.error));
      } else pending?.done(data.result);
    };
    this.#worker.onerror = ({ message }) => onError(message);
  }

  ask<M extends PageWorkerMethodName>(
    method: M,
    params: PageWorkerMethods[M]["params"],
  ): Promise<PageWorkerMethods[M]["result"]> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { done: resolve as (result: unknown) => void, failed: reject });
      this.#worker.postMessage({ id, method, params });
    });
  }
}
