/** A base model on this machine: a folder of verified files, with the facts read from them. */
import { elementCountOfShape } from "#dsl/tensor/values.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";

export interface BaseModel {
  readonly folder: string;
  /** Names of its files, relative to `folder`; always includes `config.json` and `model.safetensors`. */
  readonly files: readonly string[];
  /** SHA-256 (hex) over names and contents of the files that the model reads. */
  readonly hash: string;
  readonly facts: BaseFacts;
  readonly from: "folder" | "cache" | "package" | "hub";
}

/** Bytes of its weights in f32, four each. */
export function weightBytes({ shapes }: Pick<BaseFacts, "shapes">): number {
  return 4 * Object.values(shapes).reduce((sum, shape) => sum + elementCountOfShape(shape), 0);
}
