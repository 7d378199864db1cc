import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { countNGrams, sharedNGramCount } from "./shared/n-grams.js";
import { bestAnswerMeans, haveSameWords } from "./shared/plain-answer.js";
import { rowSumsSampler, scoreOfAllRows } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "token_f1",
  doc: "Overlap of the predicted and the correct answer, as computed by SQuAD's script, 0 to 1: F1 of their words in any order; case, punctuation and articles are ignored. Of several correct answers the closest counts; if there is none, predicting none scores 1. The mean over the questions. (`f1` is for labels: it counts rows, not words.)",
  example: "metrics: [exact_match, token_f1]",
  elsewhere: { squad: "token_f1", squad_f1: "token_f1", answer_f1: "token_f1" },
  capabilities: { better: "greater", perfect: 1, outcomes: ["answer"] },
  parameters: [],

  load: () => Promise.resolve(tokenF1),
});

/** F1 of an answer's words (Rajpurkar et al., 2016, arXiv 1606.05250). NaN without questions. */
export const tokenF1: MetricImplementation = {
  ofAnswers: (_call, input) => scoreOfAllRows(bestAnswerMeans(input, overlap)),
  samplers: { ofAnswers: (_call, input) => rowSumsSampler(bestAnswerMeans(input, overlap)) },
};

function overlap(answer: readonly string[], right: readonly string[]): number {
  if (answer.length === 0 || right.length === 0) return haveSameWords(answer, right);
  const same = sharedNGramCount(countNGrams(answer, 1), countNGrams(right, 1));
  return same === 0 ? 0 : (2 * same) / (answer.length + right.length);
}
