/** Length of a text in words or characters, for cleaners that filter by length. */
import type { Call } from "#dsl/language/types/value.js";
import type { Parameter } from "#dsl/language/types/registry.js";

/** Scripts that write no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/**
 * Counts runs without white space that contain a letter or a digit. Scripts without spaces are split by Unicode's rules
 * and word lists.
 */
export function countWords(text: string): number {
  if (!unspaced.test(text)) return text.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words++;
  return words;
}

/** Counts code points. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

export const lengthUnitParameter: Parameter = {
  name: "by",
  type: { is: "choice", of: ["words", "characters"] },
  doc: "The unit to count. In scripts without spaces, words are found by Unicode's rules.",
  means: { words: "runs of letters and digits between spaces", characters: "letters, signs and spaces" },
  default: { value: "words" },
  why: "People think of length in words; characters suit code and names.",
  impact: "low",
};

/** Returns the limit that the call sets, how it is counted, and its text: `3 words`. */
export function lengthLimitOf(call: Call): {
  readonly limit: number;
  readonly lengthOf: (text: string) => number;
  readonly limitText: string;
} {
  const limit = call.arguments["limit"] as number;
  const by = call.arguments["by"] === "characters" ? "characters" : "words";
  return {
    limit,
    lengthOf: by === "words" ? countWords : countCharacters,
    limitText: `${String(limit)} ${limit === 1 ? by.slice(0, -1) : by}`,
  };
}
