/**
 * Source: scikit-learn's `average_precision_score`; a label or text without true decisions scores 0, as in
 * scikit-learn.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput, ResampleScorer } from "./kind.js";
import type { RareLabelIntervalMethod } from "../statistics/spread.js";
import { rankDecisions, countDraws, type RankedDecisions } from "./shared/ranked-decisions.js";
import { rarePrecisionIntervals } from "./shared/rare-precision.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows, type RowSums } from "./shared/row-sums.js";

type Places = readonly number[];
const sum = (values: readonly number[]): number => values.reduce((a, v) => a + v, 0);

export const averagePrecision: MetricImplementation = {
  compute: (call, input) => once(call, setsOf(input)),
  ofLabelSets: once,
  samplers: { compute: (call, input) => drawn(call, setsOf(input)), ofLabelSets: drawn },
  rare: { compute: (call, input) => rare(call, setsOf(input)), ofLabelSets: rare },
};

/** A mean over rows depends on no single label, so it has no rare-label interval. */
function rare({ arguments: { average } }: Call, input: LabelSetMetricInput): RareLabelIntervalMethod | undefined {
  if (average === "samples") return undefined;
  return rarePrecisionIntervals(input, average === "micro" || average === "weighted" ? average : "macro");
}

function once(call: Call, input: LabelSetMetricInput): number {
  if (input.truth.length === 0) return Number.NaN;
  if (call.arguments["average"] === "samples") return scoreOfAllRows(ofTexts(input));
  return scorer(call, input)(new Uint32Array(rowsOf(input)).fill(1));
}
function drawn(call: Call, input: LabelSetMetricInput): ResampleScorer {
  if (call.arguments["average"] === "samples") return rowSumsSampler(ofTexts(input));
  const score = scorer(call, input);
  return (drawnUnits) => score(countDraws(drawnUnits, rowsOf(input)));
}

/**
 * Converts labels to label sets: for two labels the second alone, for more each label separately. Predicted labels have
 * no effect on the score.
 */
function setsOf({ labels, truth, probabilities }: LabelMetricInput): LabelSetMetricInput {
  const n = labels.length;
  if (n === 2) {
    return {
      labels: labels.slice(1),
      truth: Uint8Array.from(truth),
      predicted: new Uint8Array(truth.length),
      probabilities: Float64Array.from(truth, (_, row) => probabilities[2 * row + 1]!),
    };
  }
  const sets = new Uint8Array(truth.length * n);
  truth.forEach((label, row) => (sets[row * n + label] = 1));
  return { labels, truth: sets, predicted: new Uint8Array(sets.length), probabilities };
}

const rowsOf = ({ truth, labels }: LabelSetMetricInput): number => truth.length / labels.length;

function ofTexts(input: LabelSetMetricInput): RowSums {
  const n = input.labels.length;
  const once = new Uint32Array(rowsOf(input)).fill(1);
  return rowMeansOf(rowsOf(input), (row) => {
    const textRanking = rankingOf(
      input.labels.map((_, l) => row * n + l),
      n,
      input,
    );
    return precisionOver(textRanking, once).score;
  });
}

/** `times`: weight of each row, as the number of times it was drawn. */
function scorer({ arguments: { average } }: Call, input: LabelSetMetricInput): (times: Uint32Array) => number {
  const n = input.labels.length;
  if (average === "micro") {
    const all = rankingOf(
      Array.from(input.truth, (_, index) => index),
      n,
      input,
    );
    return (times) => precisionOver(all, times).score;
  }
  const rows = Array.from({ length: rowsOf(input) }, (_, row) => row);
  const columns = input.labels.map((_, l) =>
    rankingOf(
      rows.map((row) => row * n + l),
      n,
      input,
    ),
  );
  const anywhere = columns.map((column) => column.truth.some((is) => is === 1));
  return (times) => {
    const found = columns.map((column) => precisionOver(column, times));
    // A label that has rows but none in this draw is left out of the mean.
    const weights = found.map(({ have }, l) => (average === "weighted" ? have : Number(have > 0 || !anywhere[l])));
    const all = sum(weights);
    return all === 0 ? 0 : sum(found.map(({ score }, l) => weights[l]! * score)) / all;
  };
}

function rankingOf(places: Places, n: number, { truth, probabilities }: LabelSetMetricInput): RankedDecisions {
  return rankDecisions(
    places.length,
    (index) => Math.floor(places[index]! / n),
    (index) => truth[places[index]!] === 1,
    (index) => probabilities[places[index]!]!,
  );
}

/** Returns Σ (recallₙ − recallₙ₋₁) · precisionₙ down the ranking; tied decisions count as one step. */
function precisionOver({ rows, truth, level }: RankedDecisions, times: Uint32Array): { score: number; have: number } {
  let [given, hit, before, score] = [0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const counts = times[rows[i]!]!;
    given += counts;
    hit += counts * truth[i]!;
    if (level[i] === 1 || given === 0) continue;
    score += ((hit - before) * hit) / given;
    before = hit;
  }
  return { score: hit === 0 ? 0 : score / hit, have: hit };
}
