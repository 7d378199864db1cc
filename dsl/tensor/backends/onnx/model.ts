/** Result of `emitOnnx`: one ONNX model and the names by which an engine feeds, fetches and updates. */
import type { DType } from "#dsl/tensor/program.js";

/** An input or output tensor, and its dtype in the program. */
export interface TensorPort {
  readonly tensor: string;
  readonly dtype: DType;
}
export interface StatePort extends TensorPort {
  /** The shape in which the state's memory is passed, if it is not the state's own. */
  readonly as?: readonly number[];
}
export interface UpdatePort extends StatePort {
  readonly state: string;
  /** The result may be written to the memory that the state was read from. */
  readonly inPlace: boolean;
}
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly inputs: Readonly<Record<string, TensorPort>>;
  /** State that the program reads. */
  readonly state: Readonly<Record<string, StatePort>>;
  readonly outputs: Readonly<Record<string, TensorPort>>;
  readonly updates: readonly UpdatePort[];
}

/** Returns the tensor that a state is read from. */
export function stateTensorName(name: string): string {
  return `state/${name}`;
}
