/** Ends the process when a request exceeds its memory limit, which nothing else in the process enforces. */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { OUT_OF_MEMORY_MESSAGE } from "./protocol.js";

const state = workerData as Int32Array;
for (;;) {
  Atomics.wait(state, 0, 0);
  // Most requests end before this wakes.
  Atomics.wait(state, 0, 1, 50);
  if (Atomics.load(state, 0) === 1 && process.memoryUsage.rss() / 2 ** 20 > Atomics.load(state, 1)) {
    writeSync(2, OUT_OF_MEMORY_MESSAGE);
    process.kill(process.pid, "SIGKILL");
  }
}
