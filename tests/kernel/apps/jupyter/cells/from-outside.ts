/** Interrupts that arrive from another thread while the main thread is in a loop, as the wire sends them. */
import { Worker } from "node:worker_threads";
import { pause, type Notebook } from "./notebook.js";

/**
 * Interrupts from another thread, as the wire does: stores 1 into the flag, or terminates JavaScript through the
 * inspector. `begun` signals that the cell is running: a termination that arrives while no JavaScript runs would hit
 * the code that runs next.
 */
function fromAnotherThread(flag: Int32Array, begun: Int32Array, how: "flag" | "terminate"): Worker {
  const code = `
    const { workerData: { flag, begun, how }, parentPort } = require("node:worker_threads");
    const { Session } = require("node:inspector");
    parentPort.on("message", () => undefined); // stays until it is terminated
    Atomics.wait(begun, 0, 0);
    setTimeout(() => {
      if (how === "flag") { Atomics.store(flag, 0, 1); return parentPort.postMessage("done"); }
      const session = new Session();
      session.connectToMainThread();
      session.post("Runtime.terminateExecution", () => { session.disconnect(); parentPort.postMessage("done"); });
    }, 50);`;
  return new Worker(code, { eval: true, workerData: { flag, begun, how } });
}

export interface FromOutside {
  readonly interrupted: boolean;
  /** Value of the cell's variable `i` afterwards. */
  readonly i: unknown;
  /** Output of a later cell, both late and immediate. */
  readonly late: string;
}

/** Runs a cell that calls `begin()` when it has begun, and interrupts it. The notebook defines `i` and `wait(ms)`. */
export async function interruptedFromOutside(
  book: Notebook,
  how: "flag" | "terminate",
  code: string,
): Promise<FromOutside> {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const begin = (): void => {
    Atomics.store(begun, 0, 1);
    Atomics.notify(begun, 0);
  };
  book.cells.names.define("begin", begin, "() => void");
  await book.run("i = 0;");
  const worker = fromAnotherThread(book.cells.stop, begun, how);
  const { done } = book.start(code);
  await new Promise((resolve) => worker.once("message", resolve));
  if (how === "flag") await Promise.race([done, pause(1000)]);
  book.cells.interpreter.interrupt();
  const { outcome } = await done;
  const i = (await book.run("i")).text;
  const late = await book.run("setTimeout(() => console.log('late'), 5); await wait(40); console.log('own');");
  await worker.terminate();
  return { interrupted: outcome.status === "error" && outcome.ename === "Interrupted", i, late: late.output.stdout };
}
