/** Errors of files with named tensors. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

/** Arguments of each code. */
export interface TensorsCodeData {
  "missing-tensor": { readonly name: string; readonly files: readonly string[]; readonly nearest: string | null };
  "tensor-shape": {
    readonly name: string;
    readonly file: string;
    readonly expected: string;
    readonly got: string;
  };
  "weights-missing": { readonly file: string };
  "weights-truncated": { readonly file: string; readonly expected: number; readonly got: number };
  "weights-damaged": { readonly file: string };
  "weights-malformed": { readonly file: string; readonly why: string };
}

export const tensorsCodes: CodeTable<TensorsCodeData> = {
  "missing-tensor": {
    severity: "error",
    message: (d) => `no weights called ${d.name} in ${listNames(d.files)}`,
    help: (d) => (d.nearest === null ? undefined : `the nearest name there is ${d.nearest}`),
    explain:
      "The model's architecture needs a tensor that its weight files don't hold: the files belong to another architecture, or to an adapter without its base.",
  },
  "tensor-shape": {
    severity: "error",
    message: (d) => `${d.name} is ${d.got} in ${d.file}, but the model needs ${d.expected}`,
    help: () => "check that config.json belongs to these weights",
    explain: "A tensor in the weight file has another shape than the architecture, as config.json describes it, needs.",
  },
  "weights-missing": {
    severity: "error",
    message: (d) => `there is no weight file ${d.file}`,
    explain: "The file, or a folder with `.safetensors` files in it, was not found.",
  },
  "weights-truncated": {
    severity: "error",
    message: (d) => `${d.file} is cut off: ${String(d.got)} of ${String(d.expected)} bytes`,
    help: () => "fetch the file again",
    explain:
      "A safetensors file states where its tensors lie; the file ends before that. A download or copy was interrupted.",
  },
  "weights-damaged": {
    severity: "error",
    message: (d) => `${d.file} is damaged: its bytes don't give the checksum that it was written with`,
    help: () =>
      "bring it back from a copy, or take another checkpoint of the run: `resume: true` finds the last whole one",
    explain:
      "A checkpoint holds a checksum of all its bytes. It is compared before any weight of it is used; here something changed the file after it was written: a disk, a copy, an editor.",
  },
  "weights-malformed": {
    severity: "error",
    message: (d) => `${d.file} is no valid safetensors file: ${d.why}`,
    help: () => "fetch or write the file again",
    explain:
      "A safetensors file begins with the length of its header, then the header as JSON with each tensor's type, shape and place, then the data. Nothing of a file that breaks these rules is used.",
  },
};
