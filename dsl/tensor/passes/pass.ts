/**
 * Passes rewrite a program and keep what it computes, each within its stated tolerance. They run in the order of
 * `passes/table.ts`, after the gradient is built and before an engine sees the program. Each can be switched off.
 */
import type { Program } from "../program.js";
import type { Sizes } from "../shape.js";
import type { WeightStorage } from "../storage.js";

/** In which dtype the products are computed. Weights, norms, softmax and loss stay f32 in either. */
export type Precision = "f32" | "bf16";
/** Which activations are computed again in the backward pass instead of being kept: none, or all but each block's input. */
export type Recompute = "none" | "blocks";

export interface PassSettings {
  /** Names of passes that are left out. */
  readonly off?: ReadonlySet<string>;
  readonly precision: Precision;
  readonly recompute: Recompute;
  /** How frozen weights lie in memory; absent: f32. */
  readonly storage?: WeightStorage;
  /** Typical sizes of the named dimensions, where a pass weighs costs; absent: it uses its own guess. */
  readonly sizes?: Sizes;
}
export interface Pass {
  readonly name: string;
  /** A sentence for `show` and the docs. */
  readonly doc: string;
  /** Greatest relative change of an output or update that it may cause in f32; 0: none at all, bit for bit. */
  readonly tolerance: number;
  run(program: Program, settings: PassSettings): Program;
}
