import { defineWord } from "#dsl/language/types/define.js";
import { quantizedConfig } from "../models/shared/quantized-weights.js";
import type { CompressionStepImplementation } from "../compression/compression-step.js";
import { quantizeWeights } from "./shared/model-rounding.js";

export const word = defineWord({
  kind: "quantization",
  name: "int8",
  doc: "Weights as whole numbers of a byte, each output of a layer by a scale of its own, rows of tables likewise; what goes into a layer is rounded as it comes, row by row, or by fixed scales. The notebook computes in f32 the very numbers that these stand for, so that it says what `onnx(quantize: int8)` says; memory and time are saved where bytes are multiplied, which its engines don't do.",
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
      doc: "So many rows of the training data say how large activations get, which then are rounded by fixed scales; left out: each row has scales of its own.",
      why: "Scales of their own are more exact on processors; fixed ones are what accelerators want.",
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
