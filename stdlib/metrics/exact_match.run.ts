/** Whole texts, alike or not. NaN on no rows. */
import type { MetricImplementation } from "../kinds/metric.js";
import { meansOfBest, sameWords } from "../lib/metrics/plain-answer.js";
import { drawnFrom, rowMeans, whole } from "../lib/metrics/row-sums.js";

export const exactMatch: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const right = written.filter((text, row) => text.trim() === targets[row]!.trim()).length;
    return right / targets.length;
  },
  ofAnswers: (_call, input) => whole(meansOfBest(input, sameWords)),
  samplers: {
    ofWritten: (_call, { written, targets }) =>
      drawnFrom(rowMeans(written.length, (row) => (written[row]!.trim() === targets[row]!.trim() ? 1 : 0))),
    ofAnswers: (_call, input) => drawnFrom(meansOfBest(input, sameWords)),
  },
};
