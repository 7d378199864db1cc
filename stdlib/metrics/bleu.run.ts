/**
 * BLEU (Papineni et al., 2002) over a corpus with the settings that sacrebleu reports as
 * `nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp` (Post, 2018, arXiv 1804.08771).
 */
import type { MetricImplementation } from "../kinds/metric.js";
import { nGrams, runs, shared, wordsOf } from "./n-grams.js";

const ORDER = 4;

export const bleu: MetricImplementation = {
  ofWritten(_call, { written, targets }) {
    const [correct, total] = [new Array<number>(ORDER).fill(0), new Array<number>(ORDER).fill(0)];
    let [length, wanted] = [0, 0];
    written.forEach((text, row) => {
      const [own, target] = [parted(text), parted(targets[row]!)];
      length += own.length;
      wanted += target.length;
      for (let n = 1; n <= ORDER; n++) {
        correct[n - 1]! += shared(nGrams(own, n), nGrams(target, n));
        total[n - 1]! += runs(own.length, n);
      }
    });
    if (correct.every((count) => count === 0) || total.includes(0)) return 0;
    let smooth = 1;
    const logs = correct.map((count, i) => Math.log(count > 0 ? count / total[i]! : 1 / ((smooth *= 2) * total[i]!)));
    const brevity = length < wanted ? Math.exp(1 - wanted / length) : 1;
    return 100 * brevity * Math.exp(logs.reduce((a, b) => a + b, 0) / ORDER);
  },
};

/** The words of mteval-v13a: punctuation stands apart, but not within numbers. */
function parted(text: string): readonly string[] {
  const plain = text
    .trimEnd()
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return wordsOf(
    ` ${plain} `
      .replace(/([{-~[-` -&(-+:-@/])/gu, " $1 ")
      .replace(/([^0-9])([.,])/gu, "$1 $2 ")
      .replace(/([.,])([^0-9])/gu, " $1 $2")
      .replace(/([0-9])(-)/gu, "$1 $2 "),
  );
}
