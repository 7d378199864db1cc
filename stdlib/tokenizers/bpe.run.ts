/**
 * GPT-2's tokenizer: bytes are mapped to printable characters, texts are split by GPT-2's pattern, pairs are merged.
 */
import type { TokenizerTraining } from "./kind.js";
import { mergePairs } from "./shared/pair-merging.js";

const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

export const bpe: TokenizerTraining = {
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
