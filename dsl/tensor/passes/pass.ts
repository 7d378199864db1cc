/**
 * Passes rewrite a program without changing its results beyond their stated tolerance. They run in the order of
 * `passes/table.ts`, after the gradient is built and before an engine sees the program. Each can be switched off.
 */
import type { Program } from "../program.js";
import type { Sizes } from "../shape.js";
import type { WeightStorage } from "../storage.js";

/** Dtype of the matrix products. Weights, norms, softmax and loss are f32 in both. */
export type Precision = "f32" | "bf16";
/** Activations that the backward pass recomputes instead of storing: none, or all but each block's input. */
export type Recompute = "none" | "blocks";

export interface PassSettings {
  /** Names of passes to skip. */
  readonly off?: ReadonlySet<string>;
  readonly precision: Precision;
  readonly recompute: Recompute;
  /** Storage form of frozen weights; defaults to f32. */
  readonly storage?: WeightStorage;
  /** Typical sizes of the named dimensions, for passes that compare costs; by default each pass assumes some. */
  readonly sizes?: Sizes;
}
export interface Pass {
  readonly name: string;
  /** A sentence for `show` and the docs. */
  readonly doc: string;
  /** Greatest relative change of an output or update in f32; 0 means bit-identical. */
  readonly tolerance: number;
  run(program: Program, settings: PassSettings): Program;
}
