/** How texts are cut before byte-pair encoding, by the names that llama.cpp has for that (`tokenizer.ggml.pre`), as in a tokenizer.json. */

const BYTES = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const digits = (one: boolean): unknown => ({ type: "Digits", individual_digits: one });
const sequence = (...pretokenizers: readonly unknown[]): unknown => ({ type: "Sequence", pretokenizers });

export interface PreTokenizerSetup {
  readonly pre_tokenizer: unknown;
  /** A word that is a token is that token, whatever the merges make of it. */
  readonly ignoreMerges: boolean;
  /** What llama.cpp's name takes for granted before the cut. */
  readonly normalizer: unknown;
}

export const PRE_TOKENIZER_SETUPS: Readonly<Record<string, PreTokenizerSetup>> = {
  "gpt-2": { pre_tokenizer: BYTES, ignoreMerges: false, normalizer: null },
  smollm: { pre_tokenizer: sequence(digits(true), BYTES), ignoreMerges: false, normalizer: null },
  "llama-bpe": { pre_tokenizer: words("{1,3}"), ignoreMerges: true, normalizer: null },
  qwen2: { pre_tokenizer: words(""), ignoreMerges: false, normalizer: { type: "NFC" } },
  // The same cut as LLaMA 3's, where merges have the last word.
  "smaug-bpe": { pre_tokenizer: words("{1,3}"), ignoreMerges: false, normalizer: null },
};

/** Words, runs of so many digits, marks and blanks, as LLaMA 3 and Qwen2 cut them. */
function words(count: string): unknown {
  const Regex = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${count}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  return sequence(
    { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
    { ...BYTES, use_regex: false },
  );
}
