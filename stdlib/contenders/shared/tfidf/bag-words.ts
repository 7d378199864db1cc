/** Word tokenization for bags of words, used by baselines and label judges. */

/** In scripts without spaces, each character is a word; pairs of characters are often real words. */
export const WORD_PATTERN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*|[\p{L}\p{M}\p{N}]+/gu;
