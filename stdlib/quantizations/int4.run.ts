/** A model whose linear layers' weights lie in half a byte each. */
import type { StageImplementation } from "../compression/compression-step.js";
import { quantizedWhole } from "./shared/model-rounding.js";

export const int4: StageImplementation = {
  make: (_call, of) => quantizedWhole(of, { weights: "int4", activations: null }),
};
