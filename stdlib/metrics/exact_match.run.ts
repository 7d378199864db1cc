/** Whole texts, alike or not. NaN on no rows. */
import type { MetricImplementation } from "./kind.js";
import { meansOfBest, sameWords } from "./shared/plain-answer.js";
import { strip } from "./shared/strip.js";
import { drawnFrom, rowMeans, whole } from "./shared/row-sums.js";

export const exactMatch: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const right = written.filter((text, row) => strip(text) === strip(targets[row]!)).length;
    return right / targets.length;
  },
  ofAnswers: (_call, input) => whole(meansOfBest(input, sameWords)),
  samplers: {
    ofWritten: (_call, { written, targets }) =>
      drawnFrom(rowMeans(written.length, (row) => (strip(written[row]!) === strip(targets[row]!) ? 1 : 0))),
    ofAnswers: (_call, input) => drawnFrom(meansOfBest(input, sameWords)),
  },
};
