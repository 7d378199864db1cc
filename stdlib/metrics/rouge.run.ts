/**
 * ROUGE (Lin, 2004) like the rouge-score package without stemming: the F measure of each row, averaged over the rows.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation, GeneratedTextMetricInput } from "./kind.js";
import { longestCommonSubsequenceLength } from "./shared/longest-common.js";
import { countNGrams, nGramCount, sharedNGramCount } from "./shared/n-grams.js";
import { rowMeansOf, writtenSumsMetric, type RowSums } from "./shared/row-sums.js";

export const rouge: MetricImplementation = {
  ...writtenSumsMetric(meansOf),
};

function meansOf({ arguments: { variant } }: Call, { written, targets }: GeneratedTextMetricInput): RowSums {
  if (variant === "rougeLsum")
    return rowMeansOf(written.length, (row) => byLines(lines(written[row]!), lines(targets[row]!)));
  const score = variant === "rouge1" || variant === "rouge2" ? byRuns(variant === "rouge1" ? 1 : 2) : bySequence;
  return rowMeansOf(written.length, (row) => score(parted(written[row]!), parted(targets[row]!)));
}

type Words = readonly string[];

function parted(text: string): Words {
  return text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
}

function byRuns(n: number): (written: Words, target: Words) => number {
  return (written, target) =>
    f(
      sharedNGramCount(countNGrams(written, n), countNGrams(target, n)),
      nGramCount(written.length, n),
      nGramCount(target.length, n),
    );
}

function bySequence(written: Words, target: Words): number {
  return f(longestCommonSubsequenceLength(written, target), written.length, target.length);
}

function f(match: number, writtenCount: number, target: number): number {
  const [precision, recall] = [match / Math.max(1, writtenCount), match / Math.max(1, target)];
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

const lines = (text: string): readonly Words[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map(parted);

/**
 * Returns the union LCS per target line: words in common with some generated line in the same order, each word at most
 * as often as both sides have it.
 */
function byLines(written: readonly Words[], target: readonly Words[]): number {
  const left = [written, target].map((side) => countNGrams(side.flat(), 1)).map((counts) => new Map(counts));
  let match = 0;
  for (const line of target) {
    const places = new Set(written.flatMap((other) => placesInCommon(line, other)));
    for (const word of [...places].sort((a, b) => a - b).map((place) => line[place]!))
      if (left.every((counts) => (counts.get(word) ?? 0) > 0)) {
        match++;
        for (const counts of left) counts.set(word, (counts.get(word) ?? 0) - 1);
      }
  }
  return f(match, written.flat().length, target.flat().length);
}

/** Returns the LCS lengths of all prefixes of both word lists, as [a + 1 × b + 1]. */
function commonLengths(a: Words, b: Words): readonly Int32Array[] {
  const table = [new Int32Array(b.length + 1)];
  for (const word of a) {
    const above = lastOf(table);
    const row = new Int32Array(b.length + 1);
    b.forEach((other, i) => (row[i + 1] = word === other ? above[i]! + 1 : Math.max(row[i]!, above[i + 1]!)));
    table.push(row);
  }
  return table;
}

/** Returns positions in `a` of the longest common subsequence; ties are resolved as in rouge-score. */
function placesInCommon(a: Words, b: Words): readonly number[] {
  const table = commonLengths(a, b);
  const places: number[] = [];
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0;)
    if (a[i - 1] === b[j - 1]) {
      places.push(--i);
      j--;
    } else if (table[i]![j - 1]! > table[i - 1]![j]!) j--;
    else i--;
  return places;
}
