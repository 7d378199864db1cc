import { defineWord } from "#dsl/language/types/define.js";
import { tokenizerAliases, minimumFrequencyParameter, vocabularyParameter } from "./shared/parameters.js";
import type { TrainableTokenizer } from "./kind.js";
import { mergePairs } from "./shared/pair-merging.js";

export const word = defineWord({
  kind: "tokenizer",
  name: "bpe",
  doc: "Byte-pair encoding over bytes, as GPT-2's, trained on the texts of the training split: every text has tokens, whatever its script.",
  example:
    "model scratch { architecture: gpt2(layers: 4, hidden: 128, heads: 4), tokenizer: bpe(vocabulary: 2_000), task: text_generation }",
  // Every byte is a token, so the vocabulary has at least 300 entries.
  parameters: [vocabularyParameter(300), minimumFrequencyParameter],
  elsewhere: { ...tokenizerAliases, byte_level_bpe: "bpe", ByteLevelBPETokenizer: "bpe" },
  load: () => Promise.resolve(bpe),
});

/**
 * GPT-2's tokenizer: bytes are mapped to printable characters, texts are split by GPT-2's pattern, pairs are merged.
 */
const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

const bpe: TrainableTokenizer = {
  parts: () => ({ normalizer: null, pre_tokenizer: level, decoder: level, blanksInWords: true }),
  train({ arguments: given }, words, { specials }) {
    const { vocabulary, merges, least } = mergePairs(words, {
      vocabulary: Number(given["vocabulary"]),
      minimum: Number(given["minimum_frequency"]),
      specials,
      alphabet: byteCharacters(),
    });
    const model = {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges,
    };
    return { model, size: vocabulary.size, least };
  },
};

/** Returns the character for each byte: itself if printable, else one from U+0100 on. */
function byteCharacters(): readonly string[] {
  const printable = (b: number): boolean => (b > 32 && b < 127) || (b > 160 && b !== 173);
  let rest = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : rest++));
}
