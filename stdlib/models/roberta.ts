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
  name: "roberta",
  doc: "RoBERTa and models of its shape (DistilRoBERTa, BERTweet's kin): BERT's blocks with byte-level tokens, trained longer; no token types.",
  example: 'model router { base: "FacebookAI/roberta-base", task: text_classification }',
  references: [
    {
      title: "RoBERTa: A Robustly Optimized BERT Pretraining Approach",
      by: "Liu et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1907.11692",
    },
  ],
  parameters: [layersParameter, hiddenSizeParameter, headsParameter, intermediateSizeParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: robertaScratchTokenizer,
    checkpoints: [
      makeBertLikeCheckpoint("distilbert/distilroberta-base", [6, 768, 12, 3072, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      makeBertLikeCheckpoint("FacebookAI/roberta-base", [12, 768, 12, 3072, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      makeBertLikeCheckpoint("FacebookAI/roberta-large", [24, 1024, 16, 4096, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
    ],
    modelType: "roberta",
    className: "Roberta",
    ...robertaFamilyCapabilities,
  },
  load: () => import("./roberta.run.js").then((m) => m.roberta),
});
