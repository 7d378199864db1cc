/** Answers needs of the compiler on a thread of its own: counting a large data set keeps nobody waiting who types. */
import { Worker } from "node:worker_threads";
import type { FactOf, Failed, Need } from "#dsl/plan/facts.js";

export type Looked = FactOf<Need["about"]> | Failed;
/** Posted back for each need. */
export type MeasurerReply = { readonly fact: Looked } | { readonly error: string };

export class Measurer {
  private worker: Worker | undefined;

  /** `folder`: where relative paths start. */
  constructor(private readonly folder: string) {}

  /** One need at a time. Rejects with what is no coded error, and when the thread ends. */
  at(need: Need): Promise<Looked> {
    const worker = (this.worker ??= new Worker(new URL("measurer.worker.js", import.meta.url), {
      workerData: this.folder,
      name: "measurer",
    }));
    return new Promise((resolve, reject) => {
      const settle = (done: () => void): void => {
        worker.removeAllListeners();
        done();
      };
      worker.once("message", (reply: MeasurerReply) =>
        settle(() => ("error" in reply ? reject(new Error(reply.error)) : resolve(reply.fact))),
      );
      worker.once("error", (error: Error) => settle(() => reject(error)));
      worker.once("exit", () => settle(() => reject(new Error("the thread that measures ended"))));
      worker.postMessage(need);
    });
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }
}
