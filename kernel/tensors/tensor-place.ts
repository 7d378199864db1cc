/** Tensors of a safetensors file: where one lies, and one that is written. */
import type { DType } from "#dsl/tensor/program.js";
import type { RoundingForm } from "#dsl/tensor/numbers/rounding.js";

/** Where a tensor lies: `offset` counts from the file's first byte. `dtype` is the file's own (`F32`, `BF16`, `I64` …). */
export interface TensorPlace {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
  /** It lies as whole numbers there, which `dtype` and `shape` don't show: reading gives what they stand for. */
  readonly rounded?: RoundedPlace;
}
/** What reading needs besides the place of the codes. */
export interface RoundedPlace {
  readonly how: RoundingForm;
  readonly scales: TensorPlace;
}

/** What is written; `bytes` as a function is called when its turn comes, so that not all need be in memory at once. */
export interface TensorToWrite {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array | (() => Uint8Array);
}
