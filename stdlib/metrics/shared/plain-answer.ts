/** Answers as SQuAD's script compares them: small letters, no ASCII punctuation, no articles, single blanks. */
import type { AnswerMetricInput } from "../kind.js";
import { wordsOf } from "./n-grams.js";
import { rowMeans, type RowSums } from "./row-sums.js";

const PUNCTUATION = /[!-/:-@[-`{-~]/gu;
/** Words end where Python's `\b` sees an end: beside anything that is no letter, digit or underscore. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:an?|the)(?![\p{L}\p{N}_])/gu;

export function plainWords(answer: string): readonly string[] {
  return wordsOf(answer.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLES, " "));
}

/** The mean over all questions of the best that an answer reaches beside any that is right. Where none is right, none should be given. */
export function meansOfBest(
  { answers, gold }: Pick<AnswerMetricInput, "answers" | "gold">,
  score: (answer: readonly string[], right: readonly string[]) => number,
): RowSums {
  return rowMeans(answers.length, (i) => bestOf(plainWords(answers[i]!), gold[i]!, score));
}

function bestOf(
  answer: readonly string[],
  gold: readonly string[],
  score: (answer: readonly string[], right: readonly string[]) => number,
): number {
  const right = gold.map(plainWords).filter((words) => words.length > 0);
  return Math.max(...(right.length > 0 ? right : [[]]).map((words) => score(answer, words)));
}

export function sameWords(a: readonly string[], b: readonly string[]): number {
  return a.length === b.length && a.every((word, i) => word === b[i]) ? 1 : 0;
}
