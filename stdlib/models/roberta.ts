import { defineWord } from "#dsl/language/types/define.js";
import { checkHeads, elsewhere, heads, hidden, intermediate, layers, robertaSpecials } from "./shared/from-words.js";
import { robertaKin } from "./shared/kin.js";
import { bertLike } from "./shared/known-checkpoints.js";

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
      at: "https://arxiv.org/abs/1907.11692",
    },
  ],
  parameters: [layers, hidden, heads, intermediate(4)],
  elsewhere,
  check: (call, context) => checkHeads(call, context),
  capabilities: {
    scratch: robertaSpecials,
    checkpoints: [
      bertLike("distilbert/distilroberta-base", [6, 768, 12, 3072, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      bertLike("FacebookAI/roberta-base", [12, 768, 12, 3072, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
      bertLike("FacebookAI/roberta-large", [24, 1024, 16, 4096, 50265], {
        max_position_embeddings: 514,
        type_vocab_size: 1,
      }),
    ],
    modelType: "roberta",
    className: "Roberta",
    ...robertaKin,
  },
  load: () => import("./roberta.run.js").then((m) => m.roberta),
});
