/** The arguments of `ia3(...)`, and the layers of a base that it applies to. */
import type { Call } from "#dsl/language/types/value.js";
import { textsArgument } from "./settings.js";
import { findLinearLayers, type TensorShapes } from "./shapes.js";

export interface Ia3Settings {
  /** Layers whose outputs are scaled. */
  readonly targets: readonly string[];
  /** Layers whose inputs are scaled. */
  readonly inputs: readonly string[];
}
export function ia3Settings(call: Call): Ia3Settings {
  return { targets: textsArgument(call, "targets", []), inputs: textsArgument(call, "inputs", []) };
}

/**
 * Names of the layers that make keys and values, and of those that end feed-forward sub-layers, per family. The first
 * row that a base has completely applies.
 */
const LAYERS: readonly { readonly targets: readonly string[]; readonly inputs: readonly string[] }[] = [
  { targets: ["key", "value"], inputs: ["output.dense"] },
  { targets: ["k_lin", "v_lin"], inputs: ["lin2"] },
  { targets: ["c_attn"], inputs: ["mlp.c_proj"] },
  { targets: ["k_proj", "v_proj"], inputs: ["down_proj"] },
  { targets: ["k", "v"], inputs: ["wo"] },
];
/** Returns the (IA)³ layers of a base; none if its names are unknown. */
export function defaultIa3Layers(shapes: TensorShapes): Ia3Settings {
  const has = (name: string): boolean => findLinearLayers(shapes, [name]).length > 0;
  return (
    LAYERS.find(({ targets, inputs }) => [...targets, ...inputs].every(has)) ?? {
      targets: [],
      inputs: [],
    }
  );
}
