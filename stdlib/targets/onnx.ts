import { defineWord } from "#dsl/language/types/define.js";
import { folderParameter, misplacedVerbKeyAdvice } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "onnx",
  doc: "ONNX models with all that belongs to them, laid out as transformers.js opens a folder: `onnx/model.onnx` (of a model that writes, keys and values go in and come out; of an encoder-decoder, encoder and decoder), config.json, the tokenizer's files. ONNX Runtime runs it in Python, C++, Java and browsers.",
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
        int8: "whole numbers of a byte, activations rounded as they come, row by row: a quarter of the size, quicker on processors",
        int4: "weights of linear layers in half a byte, by blocks of 32: about a sixth of the size of a large model",
      },
      doc: "How numbers are rounded; left out: they stay as they are (f32).",
      why: "Rounded weights are smaller and often quicker, and answer a little differently: the proof says how much.",
      impact: "high",
    },
    {
      name: "calibrate",
      type: { is: "number", integer: true },
      range: { min: 1, max: 10000 },
      doc: "With `quantize: int8`: so many rows of the training data say how large activations get, which then are rounded by fixed scales; left out: each batch has scales of its own.",
      why: "Scales of their own are more exact on processors; fixed ones are what accelerators want.",
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
