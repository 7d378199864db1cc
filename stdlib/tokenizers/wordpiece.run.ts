/**
 * BERT's tokenizer: its pieces are trained by merging pairs, and a word is split greedily into the longest ones from
 * its start.
 */
import type { TokenizerTraining } from "./kind.js";
import { mergePairs } from "./shared/pair-merging.js";

export const wordpiece: TokenizerTraining = {
  parts: ({ arguments: { lower_case: lower } }) => ({
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: lower !== false,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  }),
  train({ arguments: given }, words, { specials, unknown }) {
    const { vocabulary, least } = mergePairs(words, {
      vocabulary: Number(given["vocabulary"]),
      minimum: Number(given["minimum_frequency"]),
      alphabetSize: Number(given["alphabet"]),
      specials,
      continuing: "##",
    });
    const model = {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary),
    };
    return { model, size: vocabulary.size, least };
  },
};
