/** The arguments of `ia3(...)`, and which layers a base has for it. */
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

/** What makes keys and values in the families' checkpoints, and what ends their feed-forward sub-layers; the first row that a base has all of. */
const LAYERS: readonly { readonly targets: readonly string[]; readonly inputs: readonly string[] }[] = [
  { targets: ["key", "value"], inputs: ["output.dense"] },
  { targets: ["k_lin", "v_lin"], inputs: ["lin2"] },
  { targets: ["c_attn"], inputs: ["mlp.c_proj"] },
  { targets: ["k_proj", "v_proj"], inputs: ["down_proj"] },
  { targets: ["k", "v"], inputs: ["wo"] },
];
/** The layers of (IA)³ in a base; none where its names are not known. */
export function defaultIa3Layers(shapes: TensorShapes): Ia3Settings {
  const has = (name: string): boolean => findLinearLayers(shapes, [name]).length > 0;
  return (
    LAYERS.find(({ targets, inputs }) => [...targets, ...inputs].every(has)) ?? {
      targets: [],
      inputs: [],
    }
  );
}
