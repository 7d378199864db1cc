/** Whole texts, alike or not. NaN on no rows. */
import type { MetricImplementation } from "../kinds/metric.js";
import { meanOfBest, sameWords } from "./plain-answer.js";

export const exactMatch: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const right = written.filter((text, row) => text.trim() === targets[row]!.trim()).length;
    return right / targets.length;
  },
  ofAnswers: (_call, input) => meanOfBest(input, sameWords),
};
