/**
 * Main of the process that runs third-party tokenizers and chat templates. A panic of the Rust library aborts it, a
 * loop is killed from outside, and a separate thread ends it when a request exceeds its memory. It ends with its
 * client, which handles signals itself.
 */
import { registerCodes } from "#dsl/language/diagnostics/codes.js";
import { internalCodes } from "#dsl/language/diagnostics/internal-codes.js";
import { dataAndModelCodes } from "#dsl/compiler/checks/world-codes.js";
import { fetchCodes } from "../../fetch/codes.js";
import { sourcesCodes } from "#stdlib/sources/shared/codes.js";
import { tableCodes } from "#stdlib/sources/shared/table-codes.js";
import { Worker } from "node:worker_threads";
import { sandboxHandlers } from "./handlers.js";
import type { SandboxReply, SandboxRequest } from "./protocol.js";

registerCodes(internalCodes, dataAndModelCodes, fetchCodes, sourcesCodes, tableCodes);

for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => undefined);
process.on("disconnect", () => process.exit(0));

/** [whether a request is running, MiB that the process may use]. */
const state = new Int32Array(new SharedArrayBuffer(8));
new Worker(new URL("./memory.worker.js", import.meta.url), { workerData: state }).unref();

process.on("message", (request: SandboxRequest) => {
  state[1] = (process.memoryUsage.rss() + request.bytes) / 2 ** 20;
  Atomics.store(state, 0, 1);
  Atomics.notify(state, 0);
  void answered(request).then((reply) => {
    Atomics.store(state, 0, 0);
    process.send?.(reply);
  });
});

async function answered({ name, ask }: SandboxRequest): Promise<SandboxReply> {
  try {
    return { answer: await (sandboxHandlers[name] as (ask: unknown) => unknown)(ask) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
