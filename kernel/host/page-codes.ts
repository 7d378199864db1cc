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
    message: ({ what, why }) => `this page cannot train ${what}: ${why}`,
    help: () => "run the program in JupyterLab or on the command line",
    explain:
      "The page trains one text classifier at a time, in one worker of the browser, on WebAssembly or WebGPU, in f32. Other processes, tasks and files, or more memory than a browser has, need an installed Tunebook.",
  },
};
