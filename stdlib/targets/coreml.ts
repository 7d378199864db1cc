import { defineWord } from "#dsl/language/types/define.js";
import { misplacedVerbKeyAdvice, shapeParameterType } from "./shared/parameters.js";

export const word = defineWord({
  kind: "target",
  name: "coreml",
  doc: "A Core ML package for iOS 16, macOS 13 and later: an ML Program that computes in floats, with its weights in a separate file. Tokenizer and label names are in the package too, where Core ML ignores them. Apple's runtime is only available on its systems: the proof is computed by coremltools, operation by operation.",
  example: 'deploy router to coreml("build/router.mlpackage", quantize: f16)',
  elsewhere: {
    core_ml: "coreml",
    mlpackage: "coreml",
    mlprogram: "coreml",
    file: "path",
    compute_precision: "quantize",
  },
  advice: misplacedVerbKeyAdvice,
  parameters: [
    {
      name: "path",
      type: { is: "string" },
      doc: "The package that is written, a folder; its name ends in `.mlpackage`. A relative path starts from the notebook's folder.",
      positional: true,
      required: true,
      why: "The program that reads the file decides where it must be.",
      impact: "high",
    },
    {
      name: "quantize",
      type: { is: "choice", of: ["none", "f16"], elsewhere: { float16: "f16", fp16: "f16", f32: "none" } },
      means: { none: "weights in 4 bytes, as the notebook computes", f16: "weights in 2 bytes" },
      doc: "How weights are stored; computation stays in f32. Half the bytes cost almost no quality.",
      default: { value: "none" },
      why: "Equal predictions are the priority.",
      impact: "medium",
    },
    {
      name: "shape",
      type: shapeParameterType,
      means: {
        fixed: "one text at a time, as long as the model reads",
        free: "up to 64 texts of any length that the model reads",
      },
      doc: "Texts that are read at once and their tokens, `[1, 128]`: shorter ones are padded.",
      default: { value: "fixed" },
      why: "A fixed shape is planned once, and runs on more of Apple's processors.",
      impact: "medium",
    },
  ],
  capabilities: {
    writes: "folder",
    extension: ".mlpackage",
    shapeParameter: "shape",
    runtime: "coremltools",
    readBy: ["Core ML (iOS 16, macOS 13 and later)", "coremltools"],
  },
  load: () => import("./coreml.run.js").then((m) => m.coreml),
});
