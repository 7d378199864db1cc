/** Quantizes all weights, and the inputs of layers, to 8-bit integers. */
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const int8: CompressionStepImplementation = {
  make: (_call, source) =>
    quantizeWeights(source, {
      weights: "int8",
      activations: source.bounds ? { by: "bounds", bounds: source.bounds } : { by: "rows" },
    }),
};
