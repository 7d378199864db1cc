/** Codes of trainings in a browser's page (page/training). */
import { registerCodes } from "#dsl/diagnostics/codes.js";

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData {
    "not-trained-on-page": {
      /** As it is written, or a few words. */
      readonly what: string;
      readonly why: string;
    };
  }
}

registerCodes({
  "not-trained-on-page": {
    severity: "error",
    message: ({ what, why }) => `this page doesn't train ${what}: ${why}`,
    help: () => "take the program to JupyterLab or the command line, which train it",
    explain:
      "A page trains one classifier of texts at a time, in one worker of the browser, on WebAssembly or WebGPU, in f32. Whatever needs other processes, other tasks, other files or more memory than a browser gives is left to Tunebook as it is installed.",
  },
});
