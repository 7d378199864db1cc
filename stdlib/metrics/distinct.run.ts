/** Li et al. 2016 (arXiv 1510.03055), over all rows together. NaN where no row has so many words. */
import type { MetricImplementation } from "../kinds/metric.js";
import { nGrams, runs, wordsOf } from "../lib/metrics/n-grams.js";

export const distinct: MetricImplementation = {
  ofWritten({ arguments: { words } }, { written }) {
    const n = Number(words);
    const seen = new Set<string>();
    let all = 0;
    for (const text of written) {
      const own = wordsOf(text);
      all += runs(own.length, n);
      for (const run of nGrams(own, n).keys()) seen.add(run);
    }
    return all === 0 ? Number.NaN : seen.size / all;
  },
  why: {
    ofWritten: ({ arguments: { words } }, { written }) =>
      written.some((text) => wordsOf(text).length >= Number(words)) ? null : `no text has ${String(words)} words`,
  },
};
