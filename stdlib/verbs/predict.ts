import type { Verb } from "#dsl/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "predict",
  doc: "Lets a trained model answer: for texts, a split, or a TypeScript value.",
  example: 'predict router on "My invoice is wrong" as answer',
  since: "0.1.0",
  operands: { what: "model" },
  connectors: { on: { takes: "any", required: true, many: true }, as: { takes: "new-name" } },
  does: "acts",
  parameters: [
    {
      name: "batch_size",
      type: { is: "number", integer: true },
      doc: "Rows in one pass.",
      range: { min: 1 },
      default: { value: 64 },
      why: "It changes no result.",
      impact: "low",
    },
    {
      name: "decode",
      type: { is: "word", kind: "decoder" },
      doc: "How text is generated.",
      planned: { meanwhile: "text_classification generates none" },
      why: "Generation tasks.",
      impact: "medium",
    },
  ],
};
