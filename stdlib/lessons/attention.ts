import { defineWord } from "#dsl/language/types/define.js";
import { distillationWeightParameter } from "./shared/weight.js";

export const word = defineWord({
  kind: "lesson",
  name: "attention",
  doc: "The attention: each block of the student learns the attention scores of the teacher's block at the same relative depth (`scores`, as in TinyBERT); or the last block learns the relations of queries, keys and values (`relations`, as in MiniLM), which works with a different number of heads.",
  example: "distill: student(layers: 3, learns: [labels, logits, attention])",
  references: [
    {
      title: "TinyBERT: Distilling BERT for Natural Language Understanding",
      by: "Jiao et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1909.10351",
    },
    {
      title: "MiniLMv2: Multi-Head Self-Attention Relation Distillation",
      by: "Wang et al.",
      year: 2021,
      url: "https://arxiv.org/abs/2012.15828",
    },
  ],
  elsewhere: { attn: "attention", attentions: "attention", attention_scores: "attention", minilm: "attention" },
  parameters: [
    distillationWeightParameter,
    {
      name: "of",
      type: { is: "choice", of: ["auto", "scores", "relations"] },
      means: {
        auto: "scores if both have the same number of heads, otherwise relations",
        scores: "queries by keys of each block, head by head (TinyBERT)",
        relations: "queries, keys and values among themselves (MiniLMv2)",
      },
      doc: "Scores, or relations; `auto`: scores if both have the same number of heads.",
      default: { value: "auto" },
      why: "Scores contain more, head by head, if there are as many.",
      impact: "low",
    },
  ],
  capabilities: { needs: "states" },
  load: async () => (await import("./attention.run.js")).attentionDistillationLoss,
});
