/**
 * What a tokenizer makes of the languages of the texts: tokens for each word, and tokens that stand for what it doesn't know.
 * Some thousand rows tell it, at equal distances over the data.
 */
import type { LanguageReading, ReadingFacts } from "#dsl/language/types/facts.js";
import { loadLanguageDetector } from "#platform/languages.js";
import { countWords } from "#stdlib/cleaners/shared/lengths.js";
import { languageName } from "#stdlib/text/languages/names.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";

/** Texts that are looked at; characters of each. */
export const INSPECTED_TEXTS = 1500;
const CHARACTERS = 1000;
/** Texts of a language that tell what it costs. */
const FEWEST = 20;
/** What is shown of what has no token. */
const SHOWN = 8;

/** `texts`: some of the rows, or all. Null: none of them holds a word. */
export async function tokenizerFitFacts(
  texts: readonly string[],
  tokenizer: TokenizerImplementation,
): Promise<ReadingFacts | null> {
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

/** The most frequent first. */
function fitFacts(
  languages: ReadonlyMap<string, { readonly rows: number; readonly words: number; readonly tokens: number }>,
): readonly LanguageReading[] {
  return [...languages]
    .filter(([, { rows, words }]) => rows >= FEWEST && words > 0)
    .map(([code, { rows, words, tokens }]) => ({ code, name: languageName(code), rows, perWord: tokens / words }))
    .sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1));
}

/** Characters that are the unknown token by themselves, of texts that hold one; the most frequent first. */
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
