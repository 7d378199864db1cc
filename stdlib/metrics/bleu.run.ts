/**
 * BLEU (Papineni et al., 2002) over a corpus, with the settings in its signature (Post, 2018, arXiv
 * 1804.08771).
 */
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { countNGrams, nGramCount, sharedNGramCount, splitWords } from "./shared/n-grams.js";
import { trimEndBlanks } from "./shared/strip.js";
import { sacrebleuSignatureNote } from "./shared/signature.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

const ORDER = 4;

export const bleu: MetricImplementation = {
  ...writtenSumsMetric((_call, input) => sumsOf(input)),
  notes: { ofWritten: () => [sacrebleuSignatureNote("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp")] },
};

/** Returns per row both lengths, then the matching and total n-grams for each n. */
function sumsOf({ written, targets }: GeneratedTextMetricInput): RowSums {
  return rowSumsOf(
    written.length,
    2 + 2 * ORDER,
    (row) => {
      const [words, target] = [parted(written[row]!), parted(targets[row]!)];
      const orders = Array.from({ length: ORDER }, (_, i) => i + 1);
      const correct = orders.map((n) => sharedNGramCount(countNGrams(words, n), countNGrams(target, n)));
      return [words.length, target.length, ...correct, ...orders.map((n) => nGramCount(words.length, n))];
    },
    (sums) => {
      const [length, wanted] = [sums[0]!, sums[1]!];
      const [correct, total] = [Array.from(sums.slice(2, 2 + ORDER)), Array.from(sums.slice(2 + ORDER))];
      if (correct.every((count) => count === 0) || total.includes(0)) return 0;
      let smooth = 1;
      const logs = correct.map((count, i) => Math.log(count > 0 ? count / total[i]! : 1 / ((smooth *= 2) * total[i]!)));
      const brevity = length < wanted ? Math.exp(1 - wanted / length) : 1;
      return 100 * brevity * Math.exp(logs.reduce((a, b) => a + b, 0) / ORDER);
    },
  );
}

/** Tokenizes like mteval-v13a: separates punctuation, except within numbers. */
function parted(text: string): readonly string[] {
  const plain = trimEndBlanks(text)
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return splitWords(
    ` ${plain} `
      .replace(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
      .replace(/([^0-9])([.,])/gu, "$1 $2 ")
      .replace(/([.,])([^0-9])/gu, " $1 $2")
      .replace(/([0-9])(-)/gu, "$1 $2 "),
  );
}
