/** The window's side of the training worker. */
import type { Failure, TrainingStorageStatus, TrainMethod, TrainMethods, TrainReply } from "./protocol.js";

/** The worker's report of a failed request. */
export class RequestFailedError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export class TrainingWorkerClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (result: unknown) => void; failed: (error: Error) => void }>();
  #next = 0;

  constructor(
    script: string,
    hears: {
      keepStatus(keeping: TrainingStorageStatus): void;
      shown(id: string, html: string): void;
      doing(what: string): void;
      cleared(): void;
      broke(message: string): void;
    },
  ) {
    this.#worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    this.#worker.onerror = ({ message }) => hears.broke(message);
    this.#worker.onmessage = ({ data }: { data: TrainReply }) => {
      if ("show" in data) return hears.shown(data.show, data.html);
      if ("kept" in data) return hears.keepStatus(data.kept);
      if ("cleared" in data) return hears.cleared();
      if ("doing" in data) return hears.doing(data.doing);
      const pending = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("failure" in data) pending?.failed(new RequestFailedError(data.failure));
      else pending?.done(data.result);
    };
  }

  ask<M extends TrainMethod>(method: M, params: TrainMethods[M]["params"]): Promise<TrainMethods[M]["result"]> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { done: resolve as (result: unknown) => void, failed: reject });
      this.#worker.postMessage({ id, method, params });
    });
  }
}
