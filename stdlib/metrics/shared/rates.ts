/**
 * Rates of one label: the share of rows with a certain prediction, among all rows, or among those with positive or
 * negative truth. Rows are independent with one prediction each, so the interval of a rate is Wilson's.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput, ResampleScorer } from "../kind.js";
import { wilsonInterval } from "../../statistics/wilson.js";
import { positiveLabelIndex } from "./positive.js";

/** True if the row's true label, or its predicted label, is the positive one. */
interface Row {
  readonly truth: boolean;
  readonly predicted: boolean;
}
export interface RowRateRule {
  /** Returns true if the row is in the denominator. */
  about(row: Row): boolean;
  counts(row: Row): boolean;
  /** Returns the reason for NaN: no row is in the denominator. */
  none(label: string): string;
}
interface Rows {
  readonly count: number;
  rowAt(row: number): Row;
}

export function rateMetric(rule: RowRateRule): MetricImplementation {
  const rate = (rows: Rows): number => shareOf(tally(rule, rows, everyRow(rows)));
  const sampler = (rows: Rows): ResampleScorer =>
    Object.assign((drawn: Uint32Array) => shareOf(tally(rule, rows, drawn)), {
      interval: {
        by: "Wilson" as const,
        intervalOf(units: Uint32Array) {
          const { hits, total } = tally(rule, rows, units);
          return total === 0 ? null : wilsonInterval(hits, total);
        },
        each: (units: Uint32Array) =>
          Float64Array.from(units, (unit) => {
            const row = rows.rowAt(unit);
            return rule.about(row) ? Number(rule.counts(row)) : Number.NaN;
          }),
      },
    });
  const why = (call: Call, labels: readonly string[]): string =>
    rule.none(labels[positiveLabelIndex(call, labels)] ?? "");
  return {
    compute: (call, input) => rate(ofLabels(call, input)),
    ofLabelSets: (call, input) => rate(ofSets(call, input)),
    samplers: {
      compute: (call, input) => sampler(ofLabels(call, input)),
      ofLabelSets: (call, input) => sampler(ofSets(call, input)),
    },
    why: {
      compute: (call, { labels }) => why(call, labels),
      ofLabelSets: (call, { labels }) => why(call, labels),
    },
  };
}

function ofLabels(call: Call, { labels, truth, predicted }: LabelMetricInput): Rows {
  const positive = positiveLabelIndex(call, labels);
  return {
    count: truth.length,
    rowAt: (row) => ({ truth: truth[row] === positive, predicted: predicted[row] === positive }),
  };
}
function ofSets(call: Call, { labels, truth, predicted }: LabelSetMetricInput): Rows {
  const [positive, width] = [positiveLabelIndex(call, labels), labels.length];
  return {
    count: truth.length / width,
    rowAt: (row) => ({
      truth: truth[row * width + positive] === 1,
      predicted: predicted[row * width + positive] === 1,
    }),
  };
}
function* everyRow({ count }: Rows): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}

function tally(
  rule: RowRateRule,
  rows: Rows,
  chosen: Iterable<number>,
): { readonly hits: number; readonly total: number } {
  let [hits, total] = [0, 0];
  for (const number of chosen) {
    const row = rows.rowAt(number);
    if (!rule.about(row)) continue;
    total++;
    if (rule.counts(row)) hits++;
  }
  return { hits, total };
}
const shareOf = ({ hits, total }: { readonly hits: number; readonly total: number }): number =>
  total === 0 ? Number.NaN : hits / total;
