/** Compares complete texts for equality. NaN without rows. */
import type { MetricImplementation } from "./kind.js";
import { bestAnswerMeans, haveSameWords } from "./shared/plain-answer.js";
import { trimBlanks } from "./shared/strip.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows } from "./shared/row-sums.js";

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
