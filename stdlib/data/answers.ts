/**
 * Answers of a row (role `answer`): texts that answer a question, each with its place in the context. Between reading
 * and cleaning, a place is the number of earlier occurrences of the text, because cleaning does not change that number.
 */

import { mustCodePointAt } from "#dsl/language/diagnostics/codes.js";
export interface LocatedAnswer {
  readonly text: string;
  /** UTF-16 offset in the context; null if the context does not contain the text. */
  readonly start: number | null;
}
/** An answer as read: the `nth` occurrence (from 0) of its text in the context. */
export interface AnswerOccurrence {
  readonly text: string;
  readonly nth: number;
}
/** An answer as given in the data: its start is unknown (null), or counted in characters as in Python. */
export interface GivenAnswer {
  readonly text: string;
  readonly start: number | null;
}

/**
 * Parses answers from a value: a text, a list of texts, Hugging Face's `{text: [...], answer_start:
 * [...]}`, SQuAD's `[{text, answer_start}]`, or any of these as JSON text. Null, an empty text and empty lists give no
 * answer. `refused` describes a value that cannot be parsed.
 */
export function parseGivenAnswers(value: unknown): readonly GivenAnswer[] | { readonly refused: string } {
  if (value === null || value === undefined || value === "") return [];
  if (typeof value === "string") return ofJson(value) ?? [{ text: value, start: null }];
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return [{ text: String(value), start: null }];
  const list = listOf(value);
  if (list) {
    const each = list.map(one);
    const wrong = each.findIndex((answer) => answer === null);
    if (wrong >= 0) return { refused: `a list whose item ${String(wrong + 1)} is not an answer` };
    return each.filter((answer) => answer !== null && answer.text !== "") as GivenAnswer[];
  }
  const { text, answer_start: starts } = value as Readonly<Record<string, unknown>>;
  if (typeof text === "string") return parseGivenAnswers([value]);
  const texts = listOf(text);
  if (!texts) return { refused: "an object without a list `text`" };
  const places = listOf(starts);
  if (places && places.length !== texts.length)
    return { refused: `${String(texts.length)} texts with ${String(places.length)} starts` };
  return parseGivenAnswers(texts.map((own, i) => ({ text: own, answer_start: places?.[i] })));
}

function one(item: unknown): GivenAnswer | null {
  if (typeof item === "string") return { text: item, start: null };
  if (typeof item !== "object" || item === null) return null;
  const { text, answer_start: start } = item as Readonly<Record<string, unknown>>;
  if (typeof text !== "string") return null;
  if (start === undefined || start === null) return { text, start: null };
  const place = Number(start);
  return Number.isInteger(place) ? { text, start: place } : null;
}

function listOf(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : null;
}

/** Parses JSON lists and objects; null if it is an ordinary text. */
function ofJson(text: string): ReturnType<typeof parseGivenAnswers> | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    const made = parseGivenAnswers(JSON.parse(text));
    return "refused" in made ? null : made;
  } catch {
    return null; // an answer that begins with a bracket
  }
}

/**
 * Finds the occurrence of a given answer in the context. `elsewhere`: the context's text at the given start, if it is
 * not the answer. Starts in UTF-16 units are accepted too.
 */
export function locateAnswer(given: GivenAnswer, context: string): AnswerOccurrence | { readonly elsewhere: string } {
  const { text, start } = given;
  if (start === null) return { text, nth: 0 };
  const offset = [utf16(context, start), start].find((place) => context.startsWith(text, place));
  if (offset === undefined) {
    const from = utf16(context, start);
    return { elsewhere: context.slice(from, from + Math.max(text.length, 12)) };
  }
  let nth = 0;
  for (let place = context.indexOf(text); place >= 0 && place < offset; place = context.indexOf(text, place + 1)) nth++;
  return { text, nth };
}

export function answerWithOffset({ text, nth }: AnswerOccurrence, context: string): LocatedAnswer {
  let start = context.indexOf(text);
  for (let before = 0; before < nth && start >= 0; before++) start = context.indexOf(text, start + 1);
  return { text, start: start < 0 ? null : start };
}

/** Converts a number of code points to UTF-16 units. */
function utf16(text: string, codePoints: number): number {
  let units = 0;
  for (let left = codePoints; left > 0 && units < text.length; left--)
    units += mustCodePointAt(text, units) > 0xffff ? 2 : 1;
  return units;
}
