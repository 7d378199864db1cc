/** A runtime whose native code never returns: it writes its process id to the given file, then stops responding. */
import { writeFileSync } from "node:fs";
import { answerRuntimeRequests } from "#kernel/deployments/runtimes/serve.js";

answerRuntimeRequests(({ place }) => {
  writeFileSync(place, String(process.pid));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("it came back");
});
