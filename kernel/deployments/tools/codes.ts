/** Errors of the tools that convert files. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ToolsCodeData {
  "converter-missing": { readonly why: string };
  "conversion-failed": { readonly to: string; readonly why: string };
}

export const toolsCodes: CodeTable<ToolsCodeData> = {
  "converter-missing": {
    severity: "error",
    message: (d) => `the converter to LiteRT is missing: ${d.why}`,
    help: () =>
      "run tunebook setup, which installs TensorFlow's library with the converter, and check it with `tunebook doctor`",
    explain:
      "The converter inside TensorFlow's own library (from its wheel) writes LiteRT files. A small program that setup compiles calls it. If the library is missing or too old, there is no converter. The targets onnx and savedmodel do not require one.",
  },
  "conversion-failed": {
    severity: "error",
    message: (d) => `TensorFlow's converter could not write ${d.to}: ${d.why}`,
    help: () =>
      "deploy to onnx or savedmodel instead, and report this model: it should convert; no files were left there",
    explain: "The converter rejected the graph, or its process ended. The message contains its output.",
  },
};
