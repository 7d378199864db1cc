/**
 * Measures how a tokenizer fits the languages of the texts: tokens per word, and unknown tokens. It samples some
 * thousand rows at equal distances.
 */
import type { LanguageEncodingFacts, TokenizerEncodingFacts } from "#dsl/language/types/facts.js";
import { loadLanguageDetector } from "#platform/languages.js";
import { countWords } from "#stdlib/cleaners/shared/lengths.js";
import { languageName } from "#stdlib/text/languages/names.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";

/** Maximum sampled texts; maximum characters of each. */
export const MAX_INSPECTED_TEXTS = 1500;
const CHARACTERS = 1000;
/** Minimum texts of a language for an estimate. */
const FEWEST = 20;
/** Maximum displayed characters without a token. */
const SHOWN = 8;

/** `texts`: some or all of the rows. Returns null if none of them contains a word. */
export async function tokenizerFitFacts(
  texts: readonly string[],
  tokenizer: TokenizerImplementation,
): Promise<TokenizerEncodingFacts | null> {
  const parts = texts.map((text) => text.slice(0, CHARACTERS)).filter((text) => /[\p{L}\p{N}]/u.test(text));
  if (parts.length === 0) return null;
  const [empty] = await tokenizer.encode([""], Number.POSITIVE_INFINITY);
  const specials = empty?.length ?? 0;
  const ids = await tokenizer.encode(parts, Number.POSITIVE_INFINITY);
  const languageOf = await loadLanguageDetector();
  const languages = new Map<string, { rows: number; words: number; tokens: number }>();
  const unknown = { rows: 0, tokens: 0, of: 0 };
  parts.forEach((text, row) => {
    const textIds = ids[row]!;
    const code = languageOf?.(text);
    const lost = textIds.reduce((sum, id) => sum + Number(id === tokenizer.unknown), 0);
    unknown.of += textIds.length - specials;
    unknown.tokens += lost;
    if (lost > 0) unknown.rows++;
    if (code === undefined) return;
    const counted = languages.get(code) ?? { rows: 0, words: 0, tokens: 0 };
    languages.set(code, counted);
    counted.rows++;
    counted.words += countWords(text);
    counted.tokens += textIds.length - specials;
  });
  return {
    rows: parts.length,
    languages: fitFacts(languages),
    unknown: { ...unknown, some: unknown.tokens > 0 ? await lettersLost(parts, ids, tokenizer) : [] },
  };
}

/** The most frequent languages first. */
function fitFacts(
  languages: ReadonlyMap<string, { readonly rows: number; readonly words: number; readonly tokens: number }>,
): readonly LanguageEncodingFacts[] {
  return [...languages]
    .filter(([, { rows, words }]) => rows >= FEWEST && words > 0)
    .map(([code, { rows, words, tokens }]) => ({ code, name: languageName(code), rows, perWord: tokens / words }))
    .sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1));
}

/**
 * Returns the characters that become the unknown token on their own, from texts with such a token; the most frequent
 * first.
 */
async function lettersLost(
  texts: readonly string[],
  ids: readonly Int32Array[],
  tokenizer: TokenizerImplementation,
): Promise<readonly string[]> {
  const { unknown } = tokenizer;
  const counts = new Map<string, number>();
  texts.forEach((text, row) => {
    if (ids[row]!.some((id) => id === unknown))
      for (const letter of new Set(text)) if (letter.trim() !== "") counts.set(letter, (counts.get(letter) ?? 0) + 1);
  });
  const letters = [...counts.keys()].slice(0, 2000);
  const alone = await tokenizer.encode(letters, Number.POSITIVE_INFINITY);
  return letters
    .filter((_, i) => alone[i]!.some((id) => id === unknown))
    .map((letter) => [letter, counts.get(letter) ?? 0] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([letter]) => letter);
}
