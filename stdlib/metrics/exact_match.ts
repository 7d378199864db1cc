import { defineWord } from "#dsl/language/types/define.js";
import type { MetricImplementation } from "./kind.js";
import { bestAnswerMeans, haveSameWords } from "./shared/plain-answer.js";
import { trimBlanks } from "./shared/strip.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows } from "./shared/row-sums.js";

export const word = defineWord({
  kind: "metric",
  name: "exact_match",
  doc: "Share of rows whose generated text equals the target; white space at both ends is ignored. For answers to questions as in SQuAD: case, punctuation and articles are ignored too, and one of several correct answers is enough.",
  example: "metrics: [exact_match]",
  capabilities: { better: "greater", perfect: 1, share: true, outcomes: ["written", "answer"] },
  parameters: [],

  load: () => Promise.resolve(exactMatch),
});

/** Compares complete texts for equality. NaN without rows. */
export const exactMatch: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const right = written.filter((text, row) => trimBlanks(text) === trimBlanks(targets[row]!)).length;
    return right / targets.length;
  },
  ofAnswers: (_call, input) => scoreOfAllRows(bestAnswerMeans(input, haveSameWords)),
  samplers: {
    ofWritten: (_call, { written, targets }) =>
      rowSumsSampler(
        rowMeansOf(written.length, (row) => (trimBlanks(written[row]!) === trimBlanks(targets[row]!) ? 1 : 0)),
      ),
    ofAnswers: (_call, input) => rowSumsSampler(bestAnswerMeans(input, haveSameWords)),
  },
};
