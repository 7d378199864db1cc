/** Tensors of a safetensors file: the location of one, and one to write. */
import type { DType } from "#dsl/tensor/program.js";
import type { RoundingForm } from "#dsl/tensor/numbers/rounding.js";

/**
 * Location of a tensor: `offset` counts from the file's first byte. `dtype` is the file's own (`F32`, `BF16`, `I64` …).
 */
export interface TensorPlace {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
  /** Set for a quantized tensor. `dtype` and `shape` describe the dequantized numbers, which readers get. */
  readonly rounded?: QuantizedTensorPlace;
}
/** What reading needs in addition to the location of the codes. */
export interface QuantizedTensorPlace {
  readonly how: RoundingForm;
  readonly scales: TensorPlace;
}

/**
 * A tensor to write. If `bytes` is a function, it is called when its turn comes, so that not all tensors are in memory
 * at once.
 */
export interface TensorToWrite {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array | (() => Uint8Array);
}
