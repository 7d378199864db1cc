/** Normalizes answers like SQuAD's script: lower case, no ASCII punctuation, no articles, single spaces. */
import type { AnswerMetricInput } from "../kind.js";
import { splitWords } from "./n-grams.js";
import { rowMeansOf, type RowSums } from "./row-sums.js";

const PUNCTUATION = /[!-/:-@[-`{-~]/gu;
/** Word boundaries as in Python's `\b`: next to any character that is not a letter, digit or underscore. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:an?|the)(?![\p{L}\p{N}_])/gu;

export function normalizedWords(answer: string): readonly string[] {
  return splitWords(answer.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLES, " "));
}

/** Averages the best score of each answer over its true answers. Without a true answer, no answer should be given. */
export function bestAnswerMeans(
  { answers, gold }: Pick<AnswerMetricInput, "answers" | "gold">,
  score: (answer: readonly string[], right: readonly string[]) => number,
): RowSums {
  return rowMeansOf(answers.length, (i) => bestOf(normalizedWords(answers[i]!), gold[i]!, score));
}

function bestOf(
  answer: readonly string[],
  gold: readonly string[],
  score: (answer: readonly string[], right: readonly string[]) => number,
): number {
  const right = gold.map(normalizedWords).filter((words) => words.length > 0);
  return Math.max(...(right.length > 0 ? right : [[]]).map((words) => score(answer, words)));
}

export function haveSameWords(a: readonly string[], b: readonly string[]): number {
  return a.length === b.length && a.every((word, i) => word === b[i]) ? 1 : 0;
}
