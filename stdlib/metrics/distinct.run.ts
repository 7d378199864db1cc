/**
 * Li et al. 2016 (arXiv 1510.03055), over all rows together. NaN if no row has enough words. Drawing a text twice adds
 * no distinct n-grams, so every bootstrap draw is below the score. The interval uses the jackknife instead, which
 * leaves out texts and does not underestimate the spread (Efron and Stein, 1981).
 */
import type { MetricImplementation, ResampleScorer, GeneratedTextMetricInput } from "./kind.js";
import { NORMAL_QUANTILE_95, type ConfidenceInterval } from "../statistics/interval.js";
import { countNGrams, nGramCount, splitWords } from "./shared/n-grams.js";

export const distinct: MetricImplementation = {
  ofWritten: ({ arguments: { words } }, { written }) => share(textsOf(Number(words), written)),
  samplers: { ofWritten: ({ arguments: { words } }, input) => drawn(Number(words), input) },
  why: {
    ofWritten: ({ arguments: { words } }, { written }) =>
      written.some((text) => splitWords(text).length >= Number(words)) ? null : `no text has ${String(words)} words`,
  },
};

interface Text {
  readonly distinctRuns: readonly string[];
  readonly all: number;
}
function textsOf(n: number, written: readonly string[]): readonly Text[] {
  return written.map((text) => {
    const words = splitWords(text);
    return { distinctRuns: [...countNGrams(words, n).keys()], all: nGramCount(words.length, n) };
  });
}
const total = (texts: readonly Text[]): number => texts.reduce((sum, { all }) => sum + all, 0);

function share(texts: readonly Text[]): number {
  const all = total(texts);
  return all === 0 ? Number.NaN : new Set(texts.flatMap(({ distinctRuns }) => distinctRuns)).size / all;
}

function drawn(n: number, { written }: GeneratedTextMetricInput): ResampleScorer {
  const texts = textsOf(n, written);
  const some = (rows: Uint32Array): readonly Text[] => Array.from(rows, (row) => texts[row]!);
  const interval = { by: "jackknife", intervalOf: (rows: Uint32Array) => jackknife(some(rows)) } as const;
  return Object.assign((rows: Uint32Array) => share(some(rows)), { interval });
}

function jackknife(texts: readonly Text[]): ConfidenceInterval | null {
  const [n, all] = [texts.length, total(texts)];
  const times = new Map<string, number>();
  for (const { distinctRuns } of texts) for (const run of distinctRuns) times.set(run, (times.get(run) ?? 0) + 1);
  const without = texts.map(({ distinctRuns, all: runs }) => {
    const alone = distinctRuns.reduce((count, run) => count + (times.get(run) === 1 ? 1 : 0), 0);
    return (times.size - alone) / (all - runs);
  });
  const mean = without.reduce((sum, one) => sum + one, 0) / n;
  const spread = Math.sqrt(((n - 1) / n) * without.reduce((sum, one) => sum + (one - mean) ** 2, 0));
  if (!(spread > 0) || !Number.isFinite(spread)) return null;
  const value = times.size / all;
  return {
    low: Math.max(0, value - NORMAL_QUANTILE_95 * spread),
    high: Math.min(1, value + NORMAL_QUANTILE_95 * spread),
  };
}
