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

export const word = defineWord({
  kind: "model",
  name: "distilbert",
  doc: "DistilBERT: BERT's shape with half its layers, without token types and pooler; two thirds of the weights.",
  example: 'model router { base: "distilbert/distilbert-base-uncased", task: text_classification }',
  references: [
    {
      title: "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter",
      by: "Sanh et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1910.01108",
    },
  ],
  parameters: [layersParameter, hiddenSizeParameter, headsParameter, intermediateSizeParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: bertScratchTokenizer,
    checkpoints: [
      {
        name: "distilbert/distilbert-base-uncased",
        config: { n_layers: 6, dim: 768, n_heads: 12, hidden_dim: 3072, vocab_size: 30522 },
      },
    ],
    modelType: "distilbert",
    className: "DistilBert",
    targets: ["q_lin", "v_lin"],
    linears: ["q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"],
    shape: "encoder",
    sizeFields: {
      hidden: ["hidden_size", "dim"],
      layers: ["num_hidden_layers", "n_layers"],
      intermediate: ["intermediate_size", "hidden_dim"],
      vocabulary: ["vocab_size"],
    },
    prunes: {
      heads: {
        field: "n_heads",
        into: ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
        out: "attention.out_lin",
      },
      inner: { field: "hidden_dim", into: ["ffn.lin1"], out: "ffn.lin2" },
    },
    unmasks: true,
    denseHead: true,
  },
  load: () => import("./distilbert.run.js").then((m) => m.distilbert),
});
