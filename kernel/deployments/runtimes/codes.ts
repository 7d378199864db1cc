/** Errors of third-party runtimes. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface RuntimesCodeData {
  "runtime-failed": {
    readonly runtime: string;
    readonly why: string;
    /** Set for `verify`, which leaves the files in place. */
    readonly kept?: true;
  };
  "runtime-silent": { readonly runtime: string; readonly seconds: number };
}

export const runtimesCodes: CodeTable<RuntimesCodeData> = {
  "runtime-failed": {
    severity: "error",
    message: (d) => `${d.runtime} could not run the deployed files: ${d.why}`,
    help: (d) =>
      d.kept
        ? "deploy the model again, or compare this machine's runtime version with the proof's; the files were left unchanged"
        : "deploy to another target, or report it with the message above; no files that look complete were left",
    explain:
      "A deployment is complete only after its own runtime has opened it. The runtime, a separate process, rejected the file, failed while computing, or ended.",
  },
  "runtime-silent": {
    severity: "error",
    message: (d) => `${d.runtime} did not answer for ${String(d.seconds)} seconds and was stopped`,
    help: () => "set TUNEBOOK_RUNTIME_SECONDS to more for a large model or a slow machine",
    explain:
      "A runtime is a separate process. If it does not answer a request for this long, it may never answer. Its process is therefore stopped.",
  },
};
