import type { Word } from "#dsl/registry.js";
import {
  checkHeads,
  elsewhere,
  heads,
  hidden,
  intermediate,
  layers,
  robertaSpecials,
  type FromScratch,
} from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "roberta",
  doc: "RoBERTa and models of its shape (DistilRoBERTa, BERTweet's kin): BERT's blocks with byte-level tokens, trained longer; no token types.",
  example: 'model router { base: "FacebookAI/roberta-base", task: text_classification }',
  since: "0.1.0",
  parameters: [layers, hidden, heads, intermediate(4)],
  elsewhere,
  check: (call, context) => checkHeads(call, context),
  capabilities: {
    scratch: robertaSpecials satisfies FromScratch,
    modelType: "roberta",
    className: "Roberta",
    targets: ["query", "value"],
    linears: ["query", "key", "value", "dense"],
    shape: "encoder",
    /** It has a head that names masked tokens. */
    unmasks: true,
    /** Its head over a whole text has a second layer, as wide as the model. */
    denseHead: true,
    /** Tensors of a checkpoint that are no parameters. */
    buffers: /\.embeddings\.(position_ids|token_type_ids)$/,
  },
  load: () => import("./roberta.run.js").then((m) => m.roberta),
};
