/** F1 of an answer's words (Rajpurkar et al., 2016, arXiv 1606.05250). NaN on no questions. */
import type { MetricImplementation } from "./kind.js";
import { nGrams, shared } from "./shared/n-grams.js";
import { meansOfBest, sameWords } from "./shared/plain-answer.js";
import { drawnFrom, whole } from "./shared/row-sums.js";

export const tokenF1: MetricImplementation = {
  ofAnswers: (_call, input) => whole(meansOfBest(input, overlap)),
  samplers: { ofAnswers: (_call, input) => drawnFrom(meansOfBest(input, overlap)) },
};

function overlap(answer: readonly string[], right: readonly string[]): number {
  if (answer.length === 0 || right.length === 0) return sameWords(answer, right);
  const same = shared(nGrams(answer, 1), nGrams(right, 1));
  return same === 0 ? 0 : (2 * same) / (answer.length + right.length);
}
