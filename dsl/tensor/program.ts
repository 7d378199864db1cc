/**
 * A program is a flat table of nodes in topological order: it can be printed, hashed, sent, and walked without recursion.
 * Inputs and outputs come and go each run; state stays in an engine's store; updates write state after all outputs.
 */
export type DType = "f32" | "f64" | "bf16" | "i32" | "i8" | "u8" | "bool";
/** A number, or the name of a size known only when run (`batch`, `length`). */
export type Dimension = number | string;
export interface Type {
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
}
/** How a frozen weight lies in memory; see `storage.ts`. */
export type StorageForm =
  | { readonly as: "bf16" }
  /** `axis`: that of the channels (a layer's outputs), each of which has a scale. */
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
  /** Where it comes from (`bert.encoder.layer.0.attention.self.query`), for errors and pictures. */
  readonly path?: string;
  /**
   * Nodes that must be done before this one starts, though it reads nothing of them: a hint to engines about when to
   * compute (recomputed activations, chunks one after the other). It changes no result; interpreters may ignore it.
   */
  readonly after?: readonly number[];
}
export type InitialValue =
  | { readonly zeros: true }
  | { readonly ones: true }
  /** A tensor of that name in the checkpoint folder handed to `Engine.store`. */
  | { readonly checkpoint: string }
  /**
   * `zeroRow`: the row of a table that begins at zero (padding's). `named`: whose numbers they are, which follow from the seed
   * and a name; absent: the state's own.
   */
  | {
      readonly random: { readonly normal: number } | { readonly uniform: number };
      readonly seed: number;
      readonly zeroRow?: number;
      readonly named?: string;
    }
  | { readonly value: NDArray }
  /** Made of what another state begins with: these rows of it (repeated and cut as listed), or the Euclidean norms of its rows or columns. */
  | {
      readonly of: Pick<TensorState, "type" | "initial"> & { readonly name: string };
      readonly take:
        | { readonly rows: readonly number[] }
        | { readonly norms: "rows" | "columns" }
        /** One of the arrays that it is stored as, or what they stand for (`tensor/storage.ts`). */
        | { readonly stored: StorageForm; readonly part: StoredPart | "value" };
    }
  /** Nothing until a program writes it whole; the only initial of a state with named dimensions (a key-value cache). */
  | { readonly unset: true };
export interface TensorState {
  /** Named dimensions (`batch`, `capacity`) take the sizes of the value that was written whole last. */
  readonly type: Type;
  readonly trains: boolean;
  readonly initial: InitialValue;
  /** Stays in the program though nothing reads it: a part of what the model is saved as. */
  readonly kept?: true;
  /** It is the weight of a linear layer, whose outputs lie along this axis: it may be stored in fewer bits than a table. */
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
 * After all outputs, `state` holds `value`; with `at`, only the elements `start … start + size of value − 1` along `axis`
 * change, in place, so that a key-value cache grows at the cost of what is added. `start`: an i32 scalar; or i32 [size of value],
 * no two of them equal, where axis is 0: then row i of value goes to row start[i].
 */
export interface StateUpdate {
  readonly state: string;
  readonly value: Ref;
  readonly at?: { readonly axis: number; readonly start: Ref };
}
