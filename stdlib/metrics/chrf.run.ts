/**
 * chrF (Popović, 2015) over a corpus with the settings that sacrebleu reports as `nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no`:
 * precision and recall are means over the lengths of runs that occur on both sides, and recall weighs twice as much.
 */
import type { MetricImplementation } from "../kinds/metric.js";
import { nGrams, runs, shared, wordsOf } from "./n-grams.js";

const ORDER = 6;
const BETA = 2;

export const chrf: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const sums = Array.from({ length: ORDER }, () => ({ own: 0, target: 0, match: 0 }));
    written.forEach((text, row) => {
      const [own, target] = [characters(text), characters(targets[row]!)];
      sums.forEach((sum, i) => {
        const wanted = runs(target.length, i + 1);
        sum.own += wanted > 0 ? runs(own.length, i + 1) : 0;
        sum.target += wanted;
        sum.match += shared(nGrams(own, i + 1), nGrams(target, i + 1));
      });
    });
    const both = sums.filter((sum) => sum.own > 0 && sum.target > 0);
    const mean = (of: (sum: (typeof sums)[number]) => number): number =>
      both.reduce((total, sum) => total + of(sum), 0) / Math.max(1, both.length);
    const [precision, recall] = [mean((s) => s.match / s.own), mean((s) => s.match / s.target)];
    if (precision + recall === 0) return 0;
    const weight = BETA ** 2;
    return (100 * (1 + weight) * precision * recall) / (weight * precision + recall);
  },
};

function characters(text: string): readonly string[] {
  return [...wordsOf(text).join("")];
}
