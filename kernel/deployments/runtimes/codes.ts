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
    message: (d) => `${d.runtime} could not run what was written: ${d.why}`,
    help: (d) =>
      d.kept
        ? "what lies there was left as it is; deploy the model again, or see whether this machine's runtime is of another version than the proof's"
        : "nothing was left that looks finished; deploy to another target, or tell us of it with the message above",
    explain:
      "A deployment is opened in its own runtime before it counts as written. The runtime, which runs in a process of its own, refused the file, failed while it computed, or ended.",
  },
  "runtime-silent": {
    severity: "error",
    message: (d) => `${d.runtime} gave no answer for ${String(d.seconds)} seconds and was ended`,
    help: () => "set TUNEBOOK_RUNTIME_SECONDS to more where a model is that large or a machine that slow",
    explain:
      "A runtime runs in a process of its own. One that is asked something and stays silent for so long may never answer, so its process is ended.",
  },
};
