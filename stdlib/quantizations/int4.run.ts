/** Quantizes the weights of linear layers to 4 bits. */
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const int4: CompressionStepImplementation = {
  make: (_call, source) => quantizeWeights(source, { weights: "int4", activations: null }),
};
