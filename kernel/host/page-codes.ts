/** Error codes of trainings in a browser page (page/training). */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface PageCodeData {
  "not-trained-on-page": {
    /** The statement's text, or a short description. */
    readonly what: string;
    readonly why: string;
  };
}

export const pageCodes: CodeTable<PageCodeData> = {
  "not-trained-on-page": {
    severity: "error",
    message: ({ what, why }) => `this page doesn't train ${what}: ${why}`,
    help: () => "take the program to JupyterLab or the command line, which train it",
    explain:
      "A page trains one classifier of texts at a time, in one worker of the browser, on WebAssembly or WebGPU, in f32. Whatever needs other processes, other tasks, other files or more memory than a browser gives is left to Tunebook as it is installed.",
  },
};
