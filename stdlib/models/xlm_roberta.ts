import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  headsParameter,
  hiddenParameter,
  intermediateParameter,
  layersParameter,
  robertaSpecials,
} from "./shared/from-words.js";
import { robertaFamilyCapabilities } from "./shared/kin.js";
import { bertLikeCheckpoint } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "xlm_roberta",
  doc: "XLM-RoBERTa (multilingual E5 and BGE-M3 too): RoBERTa's code with one vocabulary for a hundred languages.",
  example: 'model router { base: "FacebookAI/xlm-roberta-base", task: text_classification }',
  references: [
    {
      title: "Unsupervised Cross-lingual Representation Learning at Scale",
      by: "Conneau et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1911.02116",
    },
  ],
  parameters: [layersParameter, hiddenParameter, headsParameter, intermediateParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: { ...robertaSpecials, tokenizer: "unigram" },
    checkpoints: [
      bertLikeCheckpoint("FacebookAI/xlm-roberta-base", [12, 768, 12, 3072, 250002], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      bertLikeCheckpoint("FacebookAI/xlm-roberta-large", [24, 1024, 16, 4096, 250002], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
    ],
    modelType: "xlm-roberta",
    className: "XLMRoberta",
    ...robertaFamilyCapabilities,
  },
  load: () => import("./roberta.run.js").then((m) => m.xlmRoberta),
});
