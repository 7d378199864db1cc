/** What can go wrong in runtimes of others. */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "runtime-failed": { readonly runtime: string; readonly why: string };
  }
}

registerCodes({
  "runtime-failed": {
    severity: "error",
    message: (d) => `${d.runtime} could not run what was written: ${d.why}`,
    help: () =>
      "nothing was left that looks finished; deploy to another target, or tell us of it with the message above",
    explain:
      "A deployment is opened in its own runtime before it counts as written. The runtime, which runs in a process of its own, refused the file, failed while it computed, or ended.",
  },
});
