import { defineWord } from "#dsl/language/types/define.js";
import { tokenizerAliases, minimumFrequencyParameter, vocabularyParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "tokenizer",
  name: "bpe",
  doc: "Byte-pair encoding over bytes, as GPT-2's, trained on the texts of the training split: every text has tokens, whatever its script.",
  example:
    "model scratch { architecture: gpt2(layers: 4, hidden: 128, heads: 4), tokenizer: bpe(vocabulary: 2_000), task: text_generation }",
  // Every byte is a token, so the vocabulary has at least 300 entries.
  parameters: [vocabularyParameter(300), minimumFrequencyParameter],
  elsewhere: { ...tokenizerAliases, byte_level_bpe: "bpe", ByteLevelBPETokenizer: "bpe" },
  load: () => import("./bpe.run.js").then((m) => m.bpe),
});
