/** F1 of an answer's words (Rajpurkar et al., 2016, arXiv 1606.05250). NaN without questions. */
import type { MetricImplementation } from "./kind.js";
import { nGrams, sharedNGrams } from "./shared/n-grams.js";
import { bestAnswerMeans, haveSameWords } from "./shared/plain-answer.js";
import { rowSumsSampler, scoreOfAllRows } from "./shared/row-sums.js";

export const tokenF1: MetricImplementation = {
  ofAnswers: (_call, input) => scoreOfAllRows(bestAnswerMeans(input, overlap)),
  samplers: { ofAnswers: (_call, input) => rowSumsSampler(bestAnswerMeans(input, overlap)) },
};

function overlap(answer: readonly string[], right: readonly string[]): number {
  if (answer.length === 0 || right.length === 0) return haveSameWords(answer, right);
  const same = sharedNGrams(nGrams(answer, 1), nGrams(right, 1));
  return same === 0 ? 0 : (2 * same) / (answer.length + right.length);
}
