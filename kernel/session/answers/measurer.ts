/** Answers the compiler's needs on a separate thread, so that counting a large data set does not block editing. */
import { Worker } from "node:worker_threads";
import type { FactOf, FailedFact, Need } from "#dsl/language/types/facts.js";

export type MeasuredFact = FactOf<Need["about"]> | FailedFact;
/** Reply to each need. */
export type MeasurerReply = { readonly fact: MeasuredFact } | { readonly error: string };

export class FactMeasurer {
  private worker: Worker | undefined;
  private settle: { resolve(looked: MeasuredFact): void; reject(error: Error): void } | undefined;

  /** @param folder the folder that relative paths start from */
  constructor(private readonly folder: string) {}

  /** Measures one need at a time. Rejects with errors that are not coded errors, and when the thread ends. */
  measure(need: Need): Promise<MeasuredFact> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      worker.postMessage(need);
    });
  }

  async end(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    const url = new URL("measurer.worker.js", import.meta.url);
    const worker = new Worker(url, { workerData: this.folder, name: "measurer" });
    worker.on("message", (reply: MeasurerReply) => {
      if ("error" in reply) this.settle?.reject(new Error(reply.error));
      else this.settle?.resolve(reply.fact);
    });
    worker.on("error", (error: Error) => this.settle?.reject(error));
    worker.on("exit", () => this.settle?.reject(new Error("the thread that measures ended")));
    return worker;
  }
}
