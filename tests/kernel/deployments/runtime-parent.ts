/** Opens a runtime that never responds; the argument is the file for its process id. */
import { openRuntimeProcess } from "#kernel/deployments/runtimes/process.js";

await openRuntimeProcess(new URL("./blocked-runtime.js", import.meta.url).href, "a runtime", {
  place: process.argv[2]!,
  graphs: {},
});
