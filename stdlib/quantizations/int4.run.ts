/** A model whose linear layers' weights lie in half a byte each. */
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const int4: CompressionStepImplementation = {
  make: (_call, source) => quantizeWeights(source, { weights: "int4", activations: null }),
};
