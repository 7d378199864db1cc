/** Opens a runtime that never answers, at the place that the argument names. */
import { openRuntimeProcess } from "#kernel/deployments/runtimes/process.js";

await openRuntimeProcess(new URL("./blocked-runtime.js", import.meta.url).href, "a runtime", {
  place: process.argv[2]!,
  graphs: {},
});
