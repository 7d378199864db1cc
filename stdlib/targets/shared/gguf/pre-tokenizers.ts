/** Pre-tokenizers of byte-pair encoding in tokenizer.json form, by llama.cpp's name (`tokenizer.ggml.pre`). */

const BYTES = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const digits = (one: boolean): unknown => ({ type: "Digits", individual_digits: one });
const sequence = (...pretokenizers: readonly unknown[]): unknown => ({ type: "Sequence", pretokenizers });

export interface PreTokenizerSetup {
  readonly pre_tokenizer: unknown;
  /** Whether a pre-token that is in the vocabulary becomes that token, regardless of the merges. */
  readonly ignoreMerges: boolean;
  /** Normalizer that llama.cpp applies under this name. */
  readonly normalizer: unknown;
}

export const PRE_TOKENIZER_SETUPS: Readonly<Record<string, PreTokenizerSetup>> = {
  "gpt-2": { pre_tokenizer: BYTES, ignoreMerges: false, normalizer: null },
  smollm: { pre_tokenizer: sequence(digits(true), BYTES), ignoreMerges: false, normalizer: null },
  "llama-bpe": { pre_tokenizer: words("{1,3}"), ignoreMerges: true, normalizer: null },
  qwen2: { pre_tokenizer: words(""), ignoreMerges: false, normalizer: { type: "NFC" } },
  // The same pattern as LLaMA 3's, but merges always apply.
  "smaug-bpe": { pre_tokenizer: words("{1,3}"), ignoreMerges: false, normalizer: null },
};

/** Matches words, runs of up to this many digits, punctuation and whitespace, like LLaMA 3 and Qwen2. */
function words(count: string): unknown {
  const Regex = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${count}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  return sequence(
    { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
    { ...BYTES, use_regex: false },
  );
}
