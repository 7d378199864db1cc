import { compileCompress as read } from "#dsl/compiler/compress/compress.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "compress",
  doc: "Makes a smaller model of a trained one, or of a prompted base (`compress prompt(…) on …`), which is a model like any other. Data after the first have rows without labels: the trained model's answers are learnt. Stages are done in order, each a run of its own: `small` is the last one, `small_distilled` and so on those before it. Keys of a recipe in the block override the recipe's.",
  example: "compress router on tickets with quick as small { distill: student(layers: 3) }",
  operands: { what: "model", calls: "contender" },
  connectors: {
    on: { takes: "data", required: true, many: true },
    with: { takes: "recipe" },
    as: { takes: "new-name", required: true },
  },
  effect: "acts",
  read,
  elsewhere: {
    quantize: "compress",
    prune: "compress",
    distill: "compress",
    shrink: "compress",
    student: "distill",
    distillation: "distill",
    called: "as",
    using: "with",
  },
  advice: { prune: "write `sparsify: structured(heads: 25%)`" },
  keysOf: "recipe",
  parameters: [
    {
      name: "distill",
      type: { is: "word", kind: "student" },
      doc: "A smaller model that learns from the trained one.",
      why: "Fewer blocks take less time and memory; what a teacher says makes up for most of what they can't.",
      impact: "high",
    },
    {
      name: "sparsify",
      type: { is: "word", kind: "sparsity" },
      doc: "Parts of each block that are taken out; what is left is trained again.",
      why: "Many heads and most inner layers can spare some; how many, the score says.",
      impact: "high",
    },
    {
      name: "quantize",
      type: { is: "word", kind: "quantization" },
      doc: "Fewer bits for each weight, without training.",
      why: "A quarter of the bytes, or a sixth; answers change a little.",
      impact: "high",
    },
  ],
};
