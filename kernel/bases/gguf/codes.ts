/** Diagnostic codes of GGUF files. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface GgufCodeData {
  "gguf-malformed": { readonly file: string; readonly why: string };
  "gguf-unsupported": {
    readonly file: string;
    readonly part: string;
    readonly value: string;
    readonly supported: readonly string[];
  };
}

export const ggufCodes: CodeTable<GgufCodeData> = {
  "gguf-malformed": {
    severity: "error",
    message: (d) => `${d.file} is not a complete GGUF file: ${d.why}`,
    help: () => "download or copy the file again",
    explain: "The file is truncated, or its format does not match its name. Nothing was converted.",
  },
  "gguf-unsupported": {
    severity: "error",
    message: (d) => `${d.file}: ${d.part} is ${d.value}, which is not supported`,
    help: (d) => `use a file with ${d.part} ${d.supported.join(" or ")}, or the model's safetensors`,
    explain:
      "A GGUF file stores weights in one of many block formats, with names from llama.cpp's layout of an architecture. Supported " +
      "formats give exactly the numbers that transformers reads. Nothing is approximated, so other formats are rejected.",
  },
};
