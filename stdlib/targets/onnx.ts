import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "onnx",
  doc: "ONNX models with tokenizer and config, in the layout of transformers.js: `onnx/model.onnx` (for text generation, keys and values are inputs and outputs; for an encoder-decoder, encoder and decoder), config.json, the tokenizer's files. ONNX Runtime runs it in Python, C++, Java and browsers.",
  example: 'deploy router to onnx("build/router", quantize: int8)',
  elsewhere: {
    onnxruntime: "onnx",
    ort: "onnx",
    "transformers.js": "onnx",
    dtype: "quantize",
    quantization: "quantize",
    precision: "quantize",
    folder: "path",
    output: "path",
    calibration: "calibrate",
    calibration_samples: "calibrate",
    num_samples: "calibrate",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [
    folderParameter,
    {
      name: "quantize",
      type: {
        is: "choice",
        of: ["f16", "int8", "int4"],
        elsewhere: {
          fp16: "f16",
          float16: "f16",
          half: "f16",
          q8: "int8",
          quantized: "int8",
          uint8: "int8",
          q4: "int4",
        },
      },
      means: {
        f16: "weights and products in half precision: half the size",
        int8: "one-byte integers, activations rounded at run time, row by row: a quarter of the size, faster on CPUs",
        int4: "weights of linear layers in half a byte, in blocks of 32: about a sixth of the size of a large model",
      },
      doc: "How numbers are rounded; not rounded (f32) by default.",
      why: "Rounded weights are smaller and often faster, and predictions differ a little: the proof shows by how much.",
      impact: "high",
    },
    {
      name: "calibrate",
      type: { is: "number", integer: true },
      range: { min: 1, max: 10000 },
      doc: "With `quantize: int8`: number of training rows that determine the range of activations, which are then rounded by fixed scales; by default each batch has its own scales.",
      why: "Separate scales are more exact on CPUs; accelerators need fixed ones.",
      impact: "medium",
      related: ["quantize"],
    },
  ],
  capabilities: {
    writes: "folder",
    runtime: "onnxruntime",
    library: "transformers.js",
    readBy: ["ONNX Runtime (Python, C++, Java, C#)", "ONNX Runtime Web", "transformers.js", "Optimum", "OpenVINO"],
  },
  load: () => import("./onnx.run.js").then((m) => m.onnx),
});
