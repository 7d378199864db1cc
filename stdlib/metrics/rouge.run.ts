/** ROUGE (Lin, 2004) as the rouge-score package has it without stemming: F measure of each row, mean over the rows. */
import type { Call } from "#dsl/types/value.js";
import type { MetricImplementation, WrittenMetricInput } from "../kinds/metric.js";
import { nGrams, runs, shared } from "../lib/metrics/n-grams.js";
import { drawnFrom, rowMeans, whole, type RowSums } from "../lib/metrics/row-sums.js";

export const rouge: MetricImplementation = {
  ofWritten: (call, input) => whole(meansOf(call, input)),
  samplers: { ofWritten: (call, input) => drawnFrom(meansOf(call, input)) },
};

function meansOf({ arguments: { variant } }: Call, { written, targets }: WrittenMetricInput): RowSums {
  const score = variant === "rouge1" || variant === "rouge2" ? byRuns(variant === "rouge1" ? 1 : 2) : bySequence;
  return rowMeans(written.length, (row) => score(parted(written[row]!), parted(targets[row]!)));
}

type Words = readonly string[];

function parted(text: string): Words {
  return text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
}

function byRuns(n: number): (own: Words, target: Words) => number {
  return (own, target) => f(shared(nGrams(own, n), nGrams(target, n)), runs(own.length, n), runs(target.length, n));
}

function bySequence(own: Words, target: Words): number {
  return f(longestCommon(own, target), own.length, target.length);
}

function f(match: number, own: number, target: number): number {
  const [precision, recall] = [match / Math.max(1, own), match / Math.max(1, target)];
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** Length of the longest sequence of words that both have in that order, others between them or not. */
function longestCommon(a: Words, b: Words): number {
  let above = new Int32Array(b.length + 1);
  for (const word of a) {
    const row = new Int32Array(b.length + 1);
    b.forEach((other, i) => (row[i + 1] = word === other ? above[i]! + 1 : Math.max(row[i]!, above[i + 1]!)));
    above = row;
  }
  return above[b.length]!;
}
