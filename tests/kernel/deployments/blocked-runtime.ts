/** A runtime whose native code never comes back: it leaves its number at its place, then hears nothing any more. */
import { writeFileSync } from "node:fs";
import { serveRuntime } from "#kernel/deployments/runtimes/serve.js";

serveRuntime(({ place }) => {
  writeFileSync(place, String(process.pid));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("it came back");
});
