/**
 * A program is a flat table of nodes in topological order: it can be printed, hashed, sent, and walked without
 * recursion. Inputs and outputs exist for one run; state remains in an engine's store; updates write state after all
 * outputs.
 */
export type DType = "f32" | "f64" | "bf16" | "i32" | "i8" | "u8" | "bool";
/** A number, or the name of a size known only when run (`batch`, `length`). */
export type Dimension = number | string;
export interface Type {
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
}
/** Storage form of a frozen weight in memory; see `storage.ts`. */
export type StorageForm =
  | { readonly as: "bf16" }
  /** `axis`: the axis of the channels (a layer's outputs), each of which has a scale. */
  | { readonly as: "int8"; readonly axis: number }
  | { readonly as: "nf4"; readonly double: boolean };
export type StoredPart = "codes" | "scales" | "scale_codes" | "scale_scales" | "offset";
/** Dense, row-major, little-endian; bytes because there is no typed array for bf16. bool: one byte each. */
export interface NDArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}
export interface Ref {
  readonly node: number;
  readonly output: number;
}
export type Attribute =
  | string
  | number
  | boolean
  | null
  | NDArray
  | readonly Attribute[]
  | { readonly [name: string]: Attribute };
export type Attributes = Readonly<Record<string, Attribute>>;
export interface Node {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attributes: Attributes;
  readonly types: readonly Type[];
  /** Path of its layer (`bert.encoder.layer.0.attention.self.query`), for errors and diagrams. */
  readonly path?: string;
  /**
   * Nodes that must be done before this one starts, though it does not read them: a scheduling hint to engines
   * (recomputed activations, sequential chunks). It changes no result; interpreters may ignore it.
   */
  readonly after?: readonly number[];
}
export type InitialValue =
  | { readonly zeros: true }
  | { readonly ones: true }
  /** A tensor of that name in the checkpoint folder passed to `Engine.store`. */
  | { readonly checkpoint: string }
  /**
   * `zeroRow`: the row of a table that begins at zero (padding's). `named`: name that, with the seed, determines the
   * numbers; defaults to the state's own.
   */
  | {
      readonly random: { readonly normal: number } | { readonly uniform: number };
      readonly seed: number;
      readonly zeroRow?: number;
      readonly named?: string;
    }
  | { readonly value: NDArray }
  /**
   * Derived from another state's initial value: rows of it (repeated and cut as listed), or the Euclidean norms of its
   * rows or columns.
   */
  | {
      readonly of: Pick<TensorState, "type" | "initial"> & { readonly name: string };
      readonly take:
        | { readonly rows: readonly number[] }
        | { readonly norms: "rows" | "columns" }
        /** One of the arrays of a stored state, or its dequantized value (`tensor/storage.ts`). */
        | { readonly stored: StorageForm; readonly part: StoredPart | "value" };
    }
  /**
   * Unset until a program writes it in full; the only initial value for a state with named dimensions (a key-value
   * cache).
   */
  | { readonly unset: true };
export interface TensorState {
  /** Named dimensions (`batch`, `capacity`) take the sizes of the value last written in full. */
  readonly type: Type;
  readonly trains: boolean;
  readonly initial: InitialValue;
  /** Stays in the program even if nothing reads it: it is part of the saved model. */
  readonly kept?: true;
  /**
   * Set for the weight of a linear layer: the axis of its outputs. Such a weight may be stored in fewer bits than a
   * table.
   */
  readonly outputs?: 0 | 1;
}
export interface Program {
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<string, { readonly type: Type; readonly ref: Ref }>>;
  readonly outputs: Readonly<Record<string, Ref>>;
  readonly state: Readonly<Record<string, TensorState>>;
  readonly updates: readonly StateUpdate[];
}
/**
 * After all outputs, `state` holds `value`. With `at`, only the elements `start … start + size of value − 1` along
 * `axis` change, in place, so that a key-value cache grows at the cost of the added part. `start`: an i32 scalar; or,
 * for axis 0, i32 [size of value] without duplicates: then row i of value goes to row start[i].
 */
export interface StateUpdate {
  readonly state: string;
  readonly value: Ref;
  readonly at?: { readonly axis: number; readonly start: Ref };
}
