import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "compress",
  doc: "Makes a trained model smaller.",
  example: "compress router on tickets as small",
  since: "0.1.0",
  planned: { meanwhile: "train a smaller base; `storage: int8` or `nf4` of a model keeps its frozen base small" },
  elsewhere: { quantize: "compress", prune: "compress", distill: "compress" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
