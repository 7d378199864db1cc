import { defineWord } from "#dsl/language/types/define.js";
import { quantizedConfig } from "../models/shared/quantized-weights.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const word = defineWord({
  kind: "quantization",
  name: "int8",
  doc: "Weights as one-byte integers with a scale for each output of a layer, embeddings likewise; activations are rounded row by row, or by fixed scales. The notebook computes in f32 with exactly these values, so that its predictions equal those of `onnx(quantize: int8)`; only runtimes that multiply bytes save memory and time, which the notebook's engines do not.",
  example: "quantize: int8(calibrate: 200)",
  references: [
    {
      title: "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
      by: "Jacob et al.",
      year: 2017,
      url: "https://arxiv.org/abs/1712.05877",
    },
  ],
  elsewhere: {
    q8: "int8",
    uint8: "int8",
    "8bit": "int8",
    dynamic: "int8",
    w8a8: "int8",
    calibration: "calibrate",
    calibration_samples: "calibrate",
    num_samples: "calibrate",
  },
  parameters: [
    {
      name: "calibrate",
      type: { is: "number", integer: true },
      range: { min: 1, max: 10_000 },
      doc: "Number of training rows that determine the range of activations, which are then rounded by fixed scales; by default each row has its own scales.",
      why: "Separate scales are more exact on CPUs; accelerators need fixed ones.",
      impact: "medium",
    },
  ],
  capabilities: {
    resultingBase: (call, { config, shapes }) => ({
      // Provisional: the scales depend on calibration rows.
      config: { ...config, ...quantizedConfig({ weights: "int8", activations: { by: "rows" } }) },
      shapes,
    }),
    calibrationRows: (call) => call.arguments.calibrate ?? null,
  },
  load: () => Promise.resolve(int8),
});

/** Quantizes all weights, and the inputs of layers, to 8-bit integers. */
const int8: CompressionStepImplementation = {
  make: (_call, source) =>
    quantizeWeights(source, {
      weights: "int8",
      activations: source.bounds ? { by: "bounds", bounds: source.bounds } : { by: "rows" },
    }),
};
