import { defineWord } from "#dsl/language/types/define.js";
import {
  bertScratchTokenizer,
  checkHeadCounts,
  sizeAliases,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  layersParameter,
} from "./shared/from-words.js";
import { makeBertLikeCheckpoint } from "./shared/known-checkpoints.js";

import { bertPrunableParts } from "./shared/kin.js";
import { sizeFields } from "./shared/size-fields.js";

export const word = defineWord({
  kind: "model",
  name: "bert",
  doc: "BERT and models of its shape (MiniLM, BGE, E5, GTE v1): a bidirectional encoder with learned absolute positions, normalised after each sub-layer.",
  example: 'model router { base: "all-MiniLM-L6-v2", task: text_classification }',
  references: [
    {
      title: "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
      by: "Devlin et al.",
      year: 2018,
      url: "https://arxiv.org/abs/1810.04805",
    },
    {
      title: "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers",
      by: "Wang et al.",
      year: 2020,
      url: "https://arxiv.org/abs/2002.10957",
    },
    {
      title: "TinyBERT: Distilling BERT for Natural Language Understanding",
      by: "Jiao et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1909.10351",
    },
  ],
  parameters: [layersParameter, hiddenSizeParameter, headsParameter, intermediateSizeParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: bertScratchTokenizer,
    checkpoints: [
      makeBertLikeCheckpoint("all-MiniLM-L6-v2", [6, 384, 12, 1536, 30522]),
      makeBertLikeCheckpoint("huawei-noah/TinyBERT_General_4L_312D", [4, 312, 12, 1200, 30522]),
      makeBertLikeCheckpoint("google-bert/bert-base-uncased", [12, 768, 12, 3072, 30522]),
      makeBertLikeCheckpoint("google-bert/bert-base-cased", [12, 768, 12, 3072, 28996]),
      makeBertLikeCheckpoint("google-bert/bert-large-uncased", [24, 1024, 16, 4096, 30522]),
    ],
    modelType: "bert",
    className: "Bert",
    targets: ["query", "value"],
    /** All linear layers of a block, by the last name of their path (`attention.output.dense` counts as `dense`). */
    linears: ["query", "key", "value", "dense"],
    pools: true,
    unmasks: true,
    shape: "encoder",
    sizeFields,
    prunes: bertPrunableParts,
  },
  load: () => import("./bert.run.js").then((m) => m.bert),
});
