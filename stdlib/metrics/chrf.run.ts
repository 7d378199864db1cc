/**
 * chrF (Popović, 2015) and chrF++ (Popović, 2017) over a corpus, with the settings in the signature. Precision and
 * recall are means over the n-gram lengths that occur on both sides; recall weighs twice as much.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { countNGrams, nGramCount, sharedNGramCount, splitWords } from "./shared/n-grams.js";
import { sacrebleuSignatureNote } from "./shared/signature.js";
import { rowSumsOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

const ORDER = 6;
const BETA = 2;

export const chrf: MetricImplementation = {
  ...writtenSumsMetric(sumsOf),
  notes: {
    ofWritten: ({ arguments: { words } }) => [
      sacrebleuSignatureNote(
        `nrefs:1|case:mixed|eff:yes|nc:${String(ORDER)}|nw:${String(Number(words ?? 0))}|space:no`,
      ),
    ],
  },
};

/** Returns per row and n-gram length (characters, then words) the number of generated, target and matching n-grams. */
function sumsOf({ arguments: { words } }: Call, { written, targets }: GeneratedTextMetricInput): RowSums {
  const most = [ORDER, Number(words ?? 0)];
  const orders = Array.from({ length: ORDER + Number(words ?? 0) }, (_, i) => i);
  return rowSumsOf(
    written.length,
    3 * orders.length,
    (row) =>
      [characters, wordsApart].flatMap((units, kind) => {
        const [textUnits, target] = [units(written[row]!), units(targets[row]!)];
        return Array.from({ length: most[kind]! }, (_, i) => i + 1).flatMap((n) => {
          const wanted = nGramCount(target.length, n);
          return [
            wanted > 0 ? nGramCount(textUnits.length, n) : 0,
            wanted,
            sharedNGramCount(countNGrams(textUnits, n), countNGrams(target, n)),
          ];
        });
      }),
    (counts) => {
      const sums = orders.map((i) => ({ own: counts[3 * i]!, target: counts[3 * i + 1]!, match: counts[3 * i + 2]! }));
      const both = sums.filter((sum) => sum.own > 0 && sum.target > 0);
      const mean = (valueOf: (sum: (typeof sums)[number]) => number): number =>
        both.reduce((total, sum) => total + valueOf(sum), 0) / Math.max(1, both.length);
      const [precision, recall] = [mean((s) => s.match / s.own), mean((s) => s.match / s.target)];
      if (precision + recall === 0) return 0;
      const weight = BETA ** 2;
      return (100 * (1 + weight) * precision * recall) / (weight * precision + recall);
    },
  );
}

function characters(text: string): readonly string[] {
  return [...splitWords(text).join("")];
}

const MARK = /[!-/:-@[-`{-~]/u;

/** Splits into words; separates a punctuation mark at the end of a word, or else at its beginning. */
function wordsApart(text: string): readonly string[] {
  return splitWords(text).flatMap((word) => {
    const letters = [...word];
    if (letters.length === 1) return [word];
    const last = lastOf(letters);
    if (MARK.test(last)) return [letters.slice(0, -1).join(""), last];
    return MARK.test(letters[0]!) ? [letters[0]!, letters.slice(1).join("")] : [word];
  });
}
