import { defineWord } from "#dsl/language/types/define.js";
import { lessonWeightParameter } from "./shared/weight.js";

export const word = defineWord({
  kind: "lesson",
  name: "hidden",
  doc: "What blocks hand on: of each block of the student, and of its embeddings, as far as it is from the teacher's block at the same height. Where the student is narrower, a linear map stands between, learnt with it and thrown away.",
  example: "distill: student(layers: 3, learns: [labels, logits, hidden])",
  references: [
    {
      title: "TinyBERT: Distilling BERT for Natural Language Understanding",
      by: "Jiao et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1909.10351",
    },
    {
      title: "DistilBERT, a distilled version of BERT",
      by: "Sanh et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1910.01108",
    },
  ],
  elsewhere: { hidden_states: "hidden", mse: "hidden", cosine: "hidden", intermediate: "hidden" },
  parameters: [
    lessonWeightParameter,
    {
      name: "by",
      type: { is: "choice", of: ["squares", "cosine"] },
      means: {
        squares: "the mean squared difference (TinyBERT)",
        cosine: "one less the cosine (DistilBERT)",
      },
      doc: "`squares`: the mean squared difference, as TinyBERT has it; `cosine`: one less the cosine, as DistilBERT has it.",
      default: { value: "squares" },
      why: "Squares compare both size and direction.",
      impact: "low",
    },
    {
      name: "blocks",
      type: { is: "choice", of: ["all", "last"] },
      means: { all: "each block, and the embeddings", last: "the last block alone" },
      doc: "Of which blocks: all, and the embeddings, or the last alone.",
      default: { value: "all" },
      why: "With few rows the middle blocks have little else to learn from.",
      impact: "medium",
    },
  ],
  capabilities: { needs: "states" },
  load: async () => (await import("./hidden.run.js")).hidden,
});
