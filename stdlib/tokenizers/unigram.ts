import { defineWord } from "#dsl/language/types/define.js";
import { tokenizerAliases, vocabularyParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "tokenizer",
  name: "unigram",
  doc: "Unigram, as T5's and XLM-RoBERTa's (SentencePiece), trained on the texts of the training split: of all ways to cut a word the likeliest is taken; blanks are written ▁ and belong to the word after them.",
  example:
    "model scratch { architecture: t5(layers: 2, hidden: 128, heads: 4), tokenizer: unigram(vocabulary: 2_000), task: text2text_generation }",
  parameters: [
    vocabularyParameter(30),
    {
      name: "longest_piece",
      type: { is: "number", integer: true },
      doc: "Maximum characters of a piece.",
      range: { min: 1, max: 64 },
      default: { value: 16 },
      why: "SentencePiece's default: longer pieces are phrases of few texts.",
      impact: "low",
    },
    {
      name: "shrinking",
      type: { is: "number", unit: "share" },
      doc: "Share of the pieces to keep each time the least useful are dropped. A larger share is more accurate and takes longer.",
      range: { min: 0.01, max: 0.99 },
      default: { value: { share: 0.75 } },
      why: "SentencePiece's default.",
      impact: "low",
    },
  ],
  elsewhere: {
    ...tokenizerAliases,
    max_piece_length: "longest_piece",
    shrinking_factor: "shrinking",
    sentencepiece: "unigram",
  },
  load: () => import("./unigram.run.js").then((m) => m.unigram),
});
