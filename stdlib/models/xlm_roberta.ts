import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  layersParameter,
  robertaScratchTokenizer,
} from "./shared/from-words.js";
import { robertaFamilyCapabilities } from "./shared/kin.js";
import { makeBertLikeCheckpoint } from "./shared/known-checkpoints.js";

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
  parameters: [layersParameter, hiddenSizeParameter, headsParameter, intermediateSizeParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: { ...robertaScratchTokenizer, tokenizer: "unigram" },
    checkpoints: [
      makeBertLikeCheckpoint("FacebookAI/xlm-roberta-base", [12, 768, 12, 3072, 250002], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      makeBertLikeCheckpoint("FacebookAI/xlm-roberta-large", [24, 1024, 16, 4096, 250002], {
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
