/**
 * The window's side of the worker: sends a request and receives one response. The worker's script is embedded in the
 * page.
 */
import { mustGet } from "#dsl/language/diagnostics/must.js";
import type { Method, Methods, Reply } from "./protocol.js";

export class WorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (result: unknown) => void; failed: (error: Error) => void }>();
  #next = 0;

  constructor(script: BlobPart) {
    this.#worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const { done, failed } = mustGet(this.#waiting, data.id, "a question");
      this.#waiting.delete(data.id);
      if ("error" in data) failed(new Error(data.error));
      else done(data.result);
    };
    this.#worker.onerror = ({ message }) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(message));
      this.#waiting.clear();
    };
  }

  ask<M extends Method>(
    method: M,
    params: Methods[M]["params"],
    given: Transferable[] = [],
  ): Promise<Methods[M]["result"]> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { done: resolve as (result: unknown) => void, failed: reject });
      this.#worker.postMessage({ id, method, params }, given);
    });
  }
}
