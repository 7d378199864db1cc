import { compileCompress as read } from "#dsl/compiler/compress/compress.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "compress",
  doc: "Makes a smaller model from a trained one, or from a prompted base (`compress prompt(…) on …`). The result is a model like any other. Data sets after the first have rows without labels: the small model learns the large model's predictions on them. Stages run in order, each as its own run: `small` is the last one, `small_distilled` and so on are the earlier ones. Keys of a recipe in the block override the recipe's.",
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
      why: "Fewer blocks take less time and memory; learning from the large model makes up for most of the loss.",
      impact: "high",
    },
    {
      name: "sparsify",
      type: { is: "word", kind: "sparsity" },
      doc: "Parts to remove from each block; the rest is trained again.",
      why: "Many heads and most inner layers can be smaller; the score shows by how much.",
      impact: "high",
    },
    {
      name: "quantize",
      type: { is: "word", kind: "quantization" },
      doc: "Fewer bits for each weight, without training.",
      why: "A quarter of the bytes, or a sixth; predictions change a little.",
      impact: "high",
    },
  ],
};
