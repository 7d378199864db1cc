import type { Word } from "#dsl/registry.js";
import { bertLike } from "./known-checkpoints.js";

export const word: Word = {
  kind: "model",
  name: "mobilebert",
  doc: "MobileBERT: deep and narrow, made for phones; blocks work between bottlenecks, with several small inner layers each.",
  example: 'model router { base: "google/mobilebert-uncased", task: text_classification }',
  since: "0.1.0",
  references: [
    {
      title: "MobileBERT: a Compact Task-Agnostic BERT for Resource-Limited Devices",
      by: "Sun et al.",
      year: 2020,
      at: "https://arxiv.org/abs/2004.02984",
    },
  ],
  parameters: [],
  capabilities: {
    checkpoints: [bertLike("google/mobilebert-uncased", [24, 512, 4, 512, 30522], { classifier_activation: false })],
    modelType: "mobilebert",
    targets: ["query", "value"],
    linears: ["query", "key", "value", "dense"],
    pools: true,
    shape: "encoder",
  },
  load: () => import("./mobilebert.run.js").then((m) => m.mobilebert),
};
