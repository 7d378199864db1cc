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
    message: (d) => `${d.file} is no whole GGUF file: ${d.why}`,
    help: () => "fetch or copy the file again",
    explain: "The file is cut short, or is not of the format that its name says. Nothing was converted.",
  },
  "gguf-unsupported": {
    severity: "error",
    message: (d) => `${d.file}: ${d.part} is ${d.value}, which can't be read here`,
    help: (d) => `take a file with ${d.part} ${d.supported.join(" or ")}, or the model's safetensors`,
    explain:
      "A GGUF file holds weights in one of many block formats, named for llama.cpp's layout of an architecture. Those that " +
      "are read give the very numbers that transformers reads from them; nothing is approximated, so others are refused.",
  },
};
