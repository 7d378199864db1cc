/**
 * Naeini et al. 2015, with the bins of Guo et al. 2017 (arXiv 1706.04599): a bin includes its upper bound, not its
 * lower. Chance increases the error, because deviations of all bins add up, and resampling increases it further. Its
 * interval is therefore no bootstrap interval.
 */
import type { LabelSetMetricInput, MetricImplementation, LabelMetricInput, ResampleScorer } from "./kind.js";
import { seededRandom } from "../statistics/chance.js";
import { NORMAL_QUANTILE_95, CONFIDENCE_LEVEL, type ConfidenceInterval } from "../statistics/interval.js";
import { topLabels } from "./shared/reliability.js";

export const calibrationError: MetricImplementation = {
  compute: (call, input) => errorOf(ofSurest(Number(call.arguments["bins"]), input)),
  ofLabelSets: (call, input) => errorOf(ofEach(Number(call.arguments["bins"]), input)),
  samplers: {
    compute: (call, input) => drawn(ofSurest(Number(call.arguments["bins"]), input)),
    ofLabelSets: (call, input) => drawn(ofEach(Number(call.arguments["bins"]), input)),
  },
};

/** Contribution of one row to one bin. */
interface Part {
  readonly bin: number;
  /** Predicted probability minus outcome, summed over the row's decisions in the bin. */
  readonly off: number;
  /** Variance that chance may cause: at least the expected one, even if the observed deviation is 0. */
  readonly spread: number;
}
interface Rows {
  readonly bins: number;
  /** Number of decisions per row. */
  readonly each: number;
  readonly rows: readonly (readonly Part[])[];
}

const binOf = (sure: number, bins: number): number => Math.min(bins, Math.max(1, Math.ceil(sure * bins))) - 1;

function ofSurest(bins: number, input: LabelMetricInput): Rows {
  const { truth, probabilities, labels } = input;
  const surest = topLabels(input);
  const rows = Array.from(truth, (right, row): readonly Part[] => {
    const sure = probabilities[row * labels.length + surest[row]!]!;
    const off = sure - Number(right === surest[row]);
    return [{ bin: binOf(sure, bins), off, spread: Math.max(off ** 2, sure * (1 - sure)) }];
  });
  return { bins, each: 1, rows };
}

/** Counts every label of a row as a separate decision. */
function ofEach(bins: number, { truth, probabilities, labels }: LabelSetMetricInput): Rows {
  const n = labels.length;
  const rows = Array.from({ length: truth.length / n }, (_, row): readonly Part[] => {
    const [off, spread] = [new Map<number, number>(), new Map<number, number>()];
    for (let index = row * n; index < (row + 1) * n; index++) {
      const probability = probabilities[index]!;
      const bin = binOf(probability, bins);
      off.set(bin, (off.get(bin) ?? 0) + probability - truth[index]!);
      spread.set(bin, (spread.get(bin) ?? 0) + probability * (1 - probability));
    }
    return [...off].map(([bin, offSum]) => ({ bin, off: offSum, spread: Math.max(offSum ** 2, spread.get(bin) ?? 0) }));
  });
  return { bins, each: n, rows };
}

const allOf = ({ rows }: Rows): Uint32Array => Uint32Array.from(rows, (_, row) => row);

function sumsOf({ bins, rows }: Rows, drawn: Uint32Array): Float64Array {
  const sums = new Float64Array(bins);
  for (const row of drawn) for (const { bin, off } of rows[row]!) sums[bin]! += off;
  return sums;
}
function errorOf(rows: Rows, drawn = allOf(rows)): number {
  return sumsOf(rows, drawn).reduce((all, one) => all + Math.abs(one), 0) / (drawn.length * rows.each);
}

function drawn(metricRows: Rows): ResampleScorer {
  const interval = { by: "bins", intervalOf: (rows: Uint32Array) => between(metricRows, rows) } as const;
  return Object.assign((rows: Uint32Array) => errorOf(metricRows, rows), { interval });
}

const DRAWS = 2000;

/**
 * Low end: the true error differs from the score by at most the chance deviation of all bins together, each taken as
 * normal. High end: the true error exceeds the score only if chance made the score smaller. That is limited by the
 * deviation of the sum over rows, each with the sign of its bin. Each end is passed with a probability of at most 2.5
 * %.
 */
function between(metricRows: Rows, drawn: Uint32Array): ConfidenceInterval | null {
  const count = drawn.length;
  if (count < 2) return null;
  const [error, sums, squares] = [
    errorOf(metricRows, drawn),
    sumsOf(metricRows, drawn),
    new Float64Array(metricRows.bins),
  ];
  let rising = 0;
  for (const row of drawn) {
    let most = 0;
    for (const { bin, spread } of metricRows.rows[row]!) {
      squares[bin]! += spread;
      most += Math.sqrt(spread);
    }
    rising += most ** 2;
  }
  const deviations = Array.from(squares, (square, b) => Math.sqrt(Math.max(0, square - sums[b]! ** 2 / count)));
  const positive = deviations.filter((deviation) => deviation > 0);
  if (positive.length === 0) return null;
  const generator = seededRandom(20251, count);
  const uniform = (): number => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const strays = Float64Array.from({ length: DRAWS }, () =>
    positive.reduce((sum, deviation) => sum + deviation * Math.abs(normal()), 0),
  ).sort();
  const decisions = count * metricRows.each;
  const most = strays[Math.floor(((1 + CONFIDENCE_LEVEL) / 2) * DRAWS)]! / decisions;
  return {
    low: Math.max(0, error - most),
    high: Math.min(1, error + (NORMAL_QUANTILE_95 * Math.sqrt(rising)) / decisions),
  };
}
