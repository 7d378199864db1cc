/** A base model found on this machine: a folder of verified files and what they say. */
import { sizeOf } from "#dsl/tensor/values.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";

export interface Base {
  readonly folder: string;
  /** Names of its files, relative to `folder`; `config.json` and `model.safetensors` are always there. */
  readonly files: readonly string[];
  /** SHA-256 (hex) over names and contents of the files that the model reads. */
  readonly hash: string;
  readonly facts: BaseFacts;
  /** Where it was found. */
  readonly from: "folder" | "cache" | "package" | "hub";
}

/** Bytes of its weights as they are computed with, four each. */
export function weightBytes({ shapes }: Pick<BaseFacts, "shapes">): number {
  return 4 * Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
}
