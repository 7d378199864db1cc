/**
 * Rates of one label: of the rows that a rate is about (all rows, or those whose truth is positive or negative), the share with a
 * certain prediction. Rows are independent and each has one prediction, so that the interval of a rate is Wilson's.
 */
import type { Call } from "#dsl/language/types/value.js";
import type { LabelSetMetricInput, MetricImplementation, MetricInput, Sampler } from "../kind.js";
import { wilson } from "../../statistics/wilson.js";
import { positiveIn } from "./positive.js";

/** Whether the true label and the predicted label of a row are the positive one. */
interface Row {
  readonly truth: boolean;
  readonly predicted: boolean;
}
export interface RateRule {
  /** Whether the rate is about the row. */
  about(row: Row): boolean;
  counts(row: Row): boolean;
  /** Why no row is left that the rate is about. */
  none(label: string): string;
}
interface Rows {
  readonly count: number;
  at(row: number): Row;
}

export function rateOf(rule: RateRule): MetricImplementation {
  const rate = (rows: Rows): number => shareOf(tally(rule, rows, everyRow(rows)));
  const sampler = (rows: Rows): Sampler =>
    Object.assign((drawn: Uint32Array) => shareOf(tally(rule, rows, drawn)), {
      interval: {
        by: "Wilson" as const,
        of(units: Uint32Array) {
          const { hits, of } = tally(rule, rows, units);
          return of === 0 ? null : wilson(hits, of);
        },
        each: (units: Uint32Array) =>
          Float64Array.from(units, (unit) => {
            const row = rows.at(unit);
            return rule.about(row) ? Number(rule.counts(row)) : Number.NaN;
          }),
      },
    });
  const why = (call: Call, labels: readonly string[]): string => rule.none(labels[positiveIn(call, labels)] ?? "");
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

function ofLabels(call: Call, { labels, truth, predicted }: MetricInput): Rows {
  const positive = positiveIn(call, labels);
  return {
    count: truth.length,
    at: (row) => ({ truth: truth[row] === positive, predicted: predicted[row] === positive }),
  };
}
function ofSets(call: Call, { labels, truth, predicted }: LabelSetMetricInput): Rows {
  const [positive, width] = [positiveIn(call, labels), labels.length];
  return {
    count: truth.length / width,
    at: (row) => ({
      truth: truth[row * width + positive] === 1,
      predicted: predicted[row * width + positive] === 1,
    }),
  };
}
function* everyRow({ count }: Rows): Generator<number> {
  for (let row = 0; row < count; row++) yield row;
}

function tally(rule: RateRule, rows: Rows, chosen: Iterable<number>): { readonly hits: number; readonly of: number } {
  let [hits, of] = [0, 0];
  for (const number of chosen) {
    const row = rows.at(number);
    if (!rule.about(row)) continue;
    of++;
    if (rule.counts(row)) hits++;
  }
  return { hits, of };
}
const shareOf = ({ hits, of }: { readonly hits: number; readonly of: number }): number =>
  of === 0 ? Number.NaN : hits / of;
