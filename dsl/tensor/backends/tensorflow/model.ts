/** What `emitTensorflow` gives: one SavedModel and the names by which an engine feeds, fetches and fills it. */
import type { DType } from "#dsl/tensor/program.js";

/** A tensor of the graph (`name:0`) and its dtype in the program. */
export interface TensorPort {
  readonly tensor: string;
  readonly dtype: DType;
}
export interface EmittedProgram {
  readonly inputs: Readonly<Record<string, TensorPort>>;
  /** Fetching any output runs no update; fetch `update` beside them (it is a small f32 scalar). */
  readonly outputs: Readonly<Record<string, TensorPort>>;
  readonly update?: string;
}
export interface EmittedState {
  /** Feed the value to `placeholder`, fetch `fetch` (an f32 scalar) to set the state. */
  readonly assign: { readonly placeholder: string; readonly fetch: string };
  /** Fetch to read the value. */
  readonly read: string;
  /** Fetch to set the state to zeros or ones without feeding them. */
  readonly fill?: { readonly fetch: string };
  readonly dtype: DType;
  /** −1: known only when it was written whole; reading it before that fails. */
  readonly shape: readonly number[];
}
export interface TensorflowModel {
  /** The bytes of `saved_model.pb`; tag `serve`, no signature, no variables folder. */
  readonly savedModel: Uint8Array;
  readonly programs: Readonly<Record<string, EmittedProgram>>;
  readonly state: Readonly<Record<string, EmittedState>>;
}
