import { defineWord } from "#dsl/language/types/define.js";
import { misplacedVerbKeyAdvice, shapeParameterType } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "tflite",
  doc: "One LiteRT file (TensorFlow Lite's format) with its weights and the signature `serving_default`, for phones, small machines and browsers. Tokenizer and label names are in a folder next to it, `<file>.files`.",
  example: 'deploy router to tflite("build/router.tflite", quantize: f16)',
  elsewhere: {
    litert: "tflite",
    tensorflow_lite: "tflite",
    lite: "tflite",
    file: "path",
    optimizations: "quantize",
    input_shape: "shape",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      doc: "The file that is written; its name ends in `.tflite`. A relative path starts from the notebook's folder.",
      positional: true,
      required: true,
      why: "The program that reads the file decides where it must be.",
      impact: "high",
    },
    {
      name: "quantize",
      type: {
        is: "choice",
        of: ["none", "f16", "int8"],
        elsewhere: { float16: "f16", fp16: "f16", dynamic: "int8", f32: "none" },
      },
      means: {
        none: "weights in 4 bytes, as the notebook computes",
        f16: "weights in 2 bytes",
        int8: "weights in 1 byte with a scale for each output; activations stay floats",
      },
      doc: "How weights are rounded. Half the bytes cost next to nothing in quality, a quarter of them a little.",
      default: { value: "none" },
      why: "Equal predictions are the priority.",
      impact: "high",
    },
    {
      name: "shape",
      type: shapeParameterType,
      means: {
        fixed: "one text at a time, as long as the model reads",
        free: "any number of texts of any length",
      },
      doc: "Number of texts per batch and their tokens, `[1, 128]`: shorter ones are padded. LiteRT in browsers needs fixed shapes; phones run them faster.",
      default: { value: "fixed" },
      why: "Every runtime supports a fixed shape, and plans its memory once.",
      impact: "medium",
    },
  ],
  capabilities: {
    writes: "file",
    extension: ".tflite",
    shapeParameter: "shape",
    runtime: "litert",
    readBy: ["LiteRT (Android, iOS, Linux, microcontrollers)", "ai-edge-litert in Python", "LiteRT.js in browsers"],
  },
  load: () => import("./tflite.run.js").then((m) => m.tflite),
});
