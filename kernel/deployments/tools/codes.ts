/** Errors of the tools that convert files. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ToolsCodeData {
  "converter-missing": { readonly why: string };
  "conversion-failed": { readonly to: string; readonly why: string };
}

export const toolsCodes: CodeTable<ToolsCodeData> = {
  "converter-missing": {
    severity: "error",
    message: (d) => `the converter to LiteRT isn't here: ${d.why}`,
    help: () =>
      "run tunebook setup, which brings TensorFlow's library with the converter inside; `tunebook doctor` says whether it works",
    explain:
      "LiteRT files are written by the converter that lies inside TensorFlow's own library (of its wheel), called from a small program that setup compiles. Where that library isn't there, or is an older one, there is no converter. The targets onnx and savedmodel need none.",
  },
  "conversion-failed": {
    severity: "error",
    message: (d) => `TensorFlow's converter could not write ${d.to}: ${d.why}`,
    help: () =>
      "nothing was left there; deploy to onnx or savedmodel instead, and report this model: it should convert",
    explain: "The converter refused the graph, or its process ended. What it said stands in the message.",
  },
};
