/**
 * A program is a flat table of nodes in topological order: it can be printed, hashed, sent, and walked without recursion.
 * Inputs and outputs come and go each run; state stays in an engine's store; updates write state after all outputs.
 */
export type DType = "f32" | "f64" | "bf16" | "i32" | "bool";
/** A number, or the name of a size known only when run (`batch`, `length`). */
export type Dimension = number | string;
export interface Type {
  readonly dtype: DType;
  readonly shape: readonly Dimension[];
}
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
  string | number | boolean | null | NDArray | readonly Attribute[] | { readonly [name: string]: Attribute };
export type Attributes = Readonly<Record<string, Attribute>>;
export interface Node {
  readonly op: string;
  readonly inputs: readonly Ref[];
  readonly attributes: Attributes;
  readonly types: readonly Type[];
  /** Where it comes from (`bert.encoder.layer.0.attention.self.query`), for errors and pictures. */
  readonly path?: string;
}
export type Initial =
  | { readonly zeros: true }
  | { readonly ones: true }
  /** A tensor of that name in the checkpoint folder handed to `Engine.store`. */
  | { readonly checkpoint: string }
  | { readonly random: { readonly normal: number } | { readonly uniform: number }; readonly seed: number }
  | { readonly value: NDArray };
export interface State {
  readonly type: Type;
  readonly trains: boolean;
  readonly initial: Initial;
}
export interface Program {
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<string, { readonly type: Type; readonly ref: Ref }>>;
  readonly outputs: Readonly<Record<string, Ref>>;
  readonly state: Readonly<Record<string, State>>;
  readonly updates: readonly { readonly state: string; readonly value: Ref }[];
}
