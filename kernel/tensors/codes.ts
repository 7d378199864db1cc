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
    message: (d) => `there are no weights named ${d.name} in ${listNames(d.files)}`,
    help: (d) => (d.nearest === null ? undefined : `check the weights: the closest name is ${d.nearest}`),
    explain:
      "The model's architecture needs a tensor that its weight files do not contain. The files belong to another architecture, or to an adapter without its base.",
  },
  "tensor-shape": {
    severity: "error",
    message: (d) => `${d.name} has shape ${d.got} in ${d.file}, but the model needs ${d.expected}`,
    help: () => "check that config.json belongs to these weights",
    explain: "A tensor in the weight file has a different shape than the architecture in config.json needs.",
  },
  "weights-missing": {
    severity: "error",
    message: (d) => `there is no weight file ${d.file}`,
    explain: "The file, or a folder with `.safetensors` files in it, was not found.",
  },
  "weights-truncated": {
    severity: "error",
    message: (d) => `${d.file} is truncated: ${String(d.got)} of ${String(d.expected)} bytes`,
    help: () => "download or copy the file again",
    explain:
      "A safetensors file lists the positions of its tensors, but the file ends before the last one. A download or copy was interrupted.",
  },
  "weights-damaged": {
    severity: "error",
    message: (d) => `${d.file} is damaged: its checksum does not match`,
    help: () =>
      "restore it from a copy, or use another checkpoint of the run: `resume: true` finds the last intact one",
    explain:
      "A checkpoint contains a checksum of all its bytes, which is verified before any weight is used. Something changed the file after it was written: a disk, a copy, an editor.",
  },
  "weights-malformed": {
    severity: "error",
    message: (d) => `${d.file} is not a valid safetensors file: ${d.why}`,
    help: () => "download or write the file again",
    explain:
      "A safetensors file starts with the length of its header, then the header as JSON with each tensor's type, shape and position, then the data. A file that breaks these rules is not used at all.",
  },
};
