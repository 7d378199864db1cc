import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "mobilebert",
  doc: "MobileBERT: deep and narrow, made for phones; blocks work between bottlenecks, with several small inner layers each.",
  example: 'model router { base: "google/mobilebert-uncased", task: text_classification }',
  since: "0.1.0",
  parameters: [],
  capabilities: {
    modelType: "mobilebert",
    targets: ["query", "value"],
    linears: ["query", "key", "value", "dense"],
    pools: true,
    shape: "encoder",
    /** It has a head that names masked tokens. */
    unmasks: true,
  },
  load: () => import("./mobilebert.run.js").then((m) => m.mobilebert),
};
