import { defineWord } from "#dsl/language/types/define.js";
import { quantizedConfig } from "../models/shared/quantized-weights.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const word = defineWord({
  kind: "quantization",
  name: "int4",
  doc: "Weights of linear layers in half a byte, rounded to the nearest of 16 values, with a scale for each block of 32 inputs; embeddings as bytes. Activations are not rounded. The same rounding as `onnx(quantize: int4)`.",
  example: "quantize: int4",
  elsewhere: { q4: "int4", q4_0: "int4", "4bit": "int4", w4a16: "int4" },
  parameters: [],
  capabilities: {
    resultingBase: (_call, { config, shapes }) => ({
      config: { ...config, ...quantizedConfig({ weights: "int4", activations: null }) },
      shapes,
    }),
  },
  load: () => Promise.resolve(int4),
});

/** Quantizes the weights of linear layers to 4 bits. */
const int4: CompressionStepImplementation = {
  make: (_call, source) => quantizeWeights(source, { weights: "int4", activations: null }),
};
