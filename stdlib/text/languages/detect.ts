/**
 * The language of a text by its runs of letters (`eld`). A text of a word or two, or of numbers and addresses alone, tells no
 * language: then there is none, and nothing may be concluded. Reads the first letters alone, so that time follows the rows.
 */
import { eld } from "eld/extrasmall";

/** More tell no more. */
const CHARACTERS = 300;
/** Of fewer letters one text in ten is taken for another language (measured on pieces of sentences of 26 languages). */
const LETTERS = 12;
/** Letters that a few languages write, or one: a quarter of them is enough. */
const nativeNames =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Armenian}\p{Script=Georgian}]/gu;
/** What stands in texts of every language. */
const anywhere = /\b(?:https?:\/\/|www\.)\S+|\S+@\S+|[@#]\w+|<[^>]*>/giu;

/** Its code of ISO 639-1; undefined: it can't be told. */
export function languageOf(text: string): string | undefined {
  const part = text
    .slice(0, 2 * CHARACTERS)
    .replace(anywhere, " ")
    .slice(0, CHARACTERS);
  if (lettersIn(part) < LETTERS) return undefined;
  const found = eld.detect(part);
  return found.language !== "" && found.isReliable() ? found.language : undefined;
}

function lettersIn(text: string): number {
  return (text.match(/\p{L}/gu)?.length ?? 0) + 3 * (text.match(nativeNames)?.length ?? 0);
}
