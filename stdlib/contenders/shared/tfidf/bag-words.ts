/** What a word is where texts are taken as bags of words: for baselines, and for judges of labels. */

/** Scripts that write words without spaces are taken letter by letter; pairs of those are words often enough. */
export const WORD_PATTERN =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*|[\p{L}\p{M}\p{N}]+/gu;
