import { defineWord } from "#dsl/language/types/define.js";
import { tokenizerAliases, minimumFrequencyParameter, vocabularyParameter } from "./shared/parameters.js";
import type { TrainableTokenizer } from "./kind.js";
import { mergePairs } from "./shared/pair-merging.js";

export const word = defineWord({
  kind: "tokenizer",
  name: "wordpiece",
  doc: "WordPiece, like BERT's, trained on the texts of the training split: words are split at white space and punctuation, then into pieces, of which all but the first start with ##.",
  example:
    "model scratch { architecture: bert(layers: 4, hidden: 128, heads: 4), tokenizer: wordpiece(vocabulary: 4_000), task: fill_mask }",
  parameters: [
    vocabularyParameter(30),
    {
      name: "lower_case",
      type: { is: "boolean" },
      doc: "Converts capital letters to small ones, and removes accents. Keep capitals if they carry meaning, as in names.",
      default: { value: true },
      why: "There are fewer words to learn.",
      impact: "medium",
    },
    minimumFrequencyParameter,
    {
      name: "alphabet",
      type: { is: "number", integer: true },
      doc: "Characters that become tokens at most, the most frequent ones; a word with another is unknown.",
      range: { min: 1 },
      default: { value: 1000 },
      why: "BERT's own: rare characters of large scripts would fill a small vocabulary.",
      impact: "low",
    },
  ],
  elsewhere: { ...tokenizerAliases, lowercase: "lower_case", do_lower_case: "lower_case", limit_alphabet: "alphabet" },
  load: () => Promise.resolve(wordpiece),
});

/**
 * BERT's tokenizer: its pieces are trained by merging pairs, and a word is split greedily into the longest ones from
 * its start.
 */
const wordpiece: TrainableTokenizer = {
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
