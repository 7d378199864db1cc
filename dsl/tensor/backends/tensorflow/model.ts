/** Result of `emitTensorflow`: one SavedModel and the names with which an engine feeds, fetches and fills it. */
import type { DType } from "#dsl/tensor/program.js";

/** A tensor of the graph (`name:0`) and its dtype in the program. */
export interface TensorPort {
  readonly tensor: string;
  readonly dtype: DType;
}
export interface EmittedProgram {
  readonly inputs: Readonly<Record<string, TensorPort>>;
  /** Fetching an output runs no update; fetch `update` too for that (a small f32 scalar). */
  readonly outputs: Readonly<Record<string, TensorPort>>;
  readonly update?: string;
}
export interface EmittedState {
  /** Feed the value to `placeholder` and fetch `fetch` (an f32 scalar) to set the state. */
  readonly assign: { readonly placeholder: string; readonly fetch: string };
  /** Fetch this to read the value. */
  readonly read: string;
  /** Fetch this to set the state to zeros or ones without feeding them. */
  readonly fill?: { readonly fetch: string };
  readonly dtype: DType;
  /** −1: a size known only after the state was written in full; reading it before that fails. */
  readonly shape: readonly number[];
}
export interface TensorflowModel {
  /** Bytes of `saved_model.pb`: tag `serve`, no signature, no variables folder. */
  readonly savedModel: Uint8Array;
  readonly programs: Readonly<Record<string, EmittedProgram>>;
  readonly state: Readonly<Record<string, EmittedState>>;
}
