import type { Word } from "#dsl/registry.js";
import { bertLike } from "./known-checkpoints.js";

export const word: Word = {
  kind: "model",
  name: "xlm_roberta",
  doc: "XLM-RoBERTa (multilingual E5 and BGE-M3 too): RoBERTa's code with one vocabulary for a hundred languages.",
  example: 'model router { base: "FacebookAI/xlm-roberta-base", task: text_classification }',
  since: "0.1.0",
  references: [
    {
      title: "Unsupervised Cross-lingual Representation Learning at Scale",
      by: "Conneau et al.",
      year: 2019,
      at: "https://arxiv.org/abs/1911.02116",
    },
  ],
  parameters: [],
  capabilities: {
    checkpoints: [
      bertLike("FacebookAI/xlm-roberta-base", [12, 768, 12, 3072, 250002], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      bertLike("FacebookAI/xlm-roberta-large", [24, 1024, 16, 4096, 250002], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
    ],
    modelType: "xlm-roberta",
    targets: ["query", "value"],
    linears: ["query", "key", "value", "dense"],
    shape: "encoder",
    denseHead: true,
    buffers: /\.embeddings\.(position_ids|token_type_ids)$/,
  },
  load: () => import("./roberta.run.js").then((m) => m.xlmRoberta),
};
